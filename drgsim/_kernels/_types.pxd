# Widths shared by the kernels. Fixed width wherever a value is stored or pickled.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

ctypedef int32_t code_t      # dense id of a code; -1 is a code the codebook does not know
ctypedef int64_t offset_t    # position in a flat list of codes: 10 million cases exceed 32 bits
