"""Draw hospitals inside strata, again and again, and add up what those drawn would make of the whole.

Hospitals come with their sums, not their stays, so a draw costs a few thousand additions whatever the
number of stays. A stratum's sums are whole numbers until they are scaled to its known size, and are
rounded to whole numbers then: the answer depends on no order of addition.
"""
from libc.math cimport llrint

from ._types cimport int32_t, int64_t, uint64_t


cdef inline uint64_t mixed(uint64_t key) noexcept nogil:
    """The finalizer of splitmix64, as in drgsim/payment/engine/streams.py."""
    key += <uint64_t>0x9E3779B97F4A7C15
    key = (key ^ (key >> 30)) * <uint64_t>0xBF58476D1CE4E5B9
    key = (key ^ (key >> 27)) * <uint64_t>0x94D049BB133111EB
    return key ^ (key >> 31)


cdef inline void draw_hospitals(
    uint64_t key, int64_t first, int64_t hospitals, int64_t slots, int32_t[::1] times
) noexcept nogil:
    """How often each hospital of a stratum is drawn: `slots` draws with replacement."""
    cdef int64_t slot
    cdef uint64_t number
    for slot in range(hospitals):
        times[first + slot] = 0
    for slot in range(slots):
        number = mixed(key ^ <uint64_t>slot) >> 32
        # the high half of a product spreads evenly, but for one part in 2**32 / hospitals
        times[first + <int64_t>((number * <uint64_t>hospitals) >> 32)] += 1


cdef inline void add_hospital(
    int64_t times,
    int64_t start,
    int64_t stop,
    const int32_t[::1] output,
    const int64_t[:, ::1] values,
    int64_t[:, ::1] drawn,
) noexcept nogil:
    """Add a hospital's sums to those of its stratum, as often as it was drawn."""
    cdef int64_t entry, measure, measures = values.shape[1]
    cdef int32_t at
    for entry in range(start, stop):
        at = output[entry]
        for measure in range(measures):
            drawn[at, measure] += times * values[entry, measure]


cdef inline void add_stratum(
    double scale,
    int64_t start,
    int64_t stop,
    const int32_t[::1] reached,
    int64_t[:, ::1] drawn,
    int64_t[:, ::1] out,
) noexcept nogil:
    """Add what a stratum's drawn hospitals stand for to the draw's outputs, and clear the stratum's sums.

    Running sums are rounded, not outputs: what is known of the whole stratum stays exact.
    """
    cdef int64_t place, measure, measures = drawn.shape[1]
    cdef int64_t running, before, now
    cdef int32_t at
    for measure in range(measures):
        running = before = 0
        for place in range(start, stop):
            at = reached[place]
            running += drawn[at, measure]
            drawn[at, measure] = 0
            now = llrint(scale * <double>running)
            out[at, measure] += now - before
            before = now


def resample(
    const uint64_t[::1] keys,
    const int64_t[::1] hospital_starts,
    const int64_t[::1] sizes,
    const int64_t[::1] entry_starts,
    const int32_t[::1] output,
    const int64_t[:, ::1] values,
    const int64_t[::1] reached_starts,
    const int32_t[::1] reached,
    int32_t[::1] times,
    int64_t[:, ::1] drawn,
    int64_t[:, :, ::1] out,
    int64_t start,
    int64_t stop,
):
    """Make the draws `start` to `stop` and add them at the same places of `out`.

    keys             [strata] what the random numbers of a stratum follow from
    hospital_starts  [strata + 1] the hospitals of each stratum
    sizes            [hospitals] stays
    entry_starts     [hospitals + 1] the entries of each hospital
    output, values   [entries], [entries, measures] what a hospital adds to which output
    reached_starts, reached  [strata + 1], [...] the outputs of each stratum's entries, each once
    times, drawn     [hospitals], [outputs, measures] to work in; `drawn` is zero before and after
    out              [draws, outputs, measures] zero before
    """
    cdef int64_t draw, stratum, hospital, first, hospitals, slots, whole, size
    cdef double scale
    with nogil:
        for draw in range(start, stop):
            for stratum in range(keys.shape[0]):
                first = hospital_starts[stratum]
                hospitals = hospital_starts[stratum + 1] - first
                # one less than there are makes the variance unbiased (Rao and Wu 1988)
                slots = max(hospitals - 1, <int64_t>1)
                draw_hospitals(
                    mixed(keys[stratum] ^ <uint64_t>draw), first, hospitals, slots, times
                )
                whole = size = 0
                for hospital in range(first, first + hospitals):
                    whole += sizes[hospital]
                    size += times[hospital] * sizes[hospital]
                    if times[hospital]:
                        add_hospital(
                            times[hospital],
                            entry_starts[hospital],
                            entry_starts[hospital + 1],
                            output,
                            values,
                            drawn,
                        )
                if size:
                    scale = <double>whole / <double>size
                else:  # nothing to hold fixed
                    scale = <double>hospitals / <double>slots
                add_stratum(
                    scale,
                    reached_starts[stratum],
                    reached_starts[stratum + 1],
                    reached,
                    drawn,
                    out[draw],
                )
