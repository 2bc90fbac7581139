# Pieces of a text of codes: cut at the bars, and made the words that they are looked up by.
from libc.string cimport memchr, memcpy

from ._types cimport int64_t, uint8_t, uint32_t, uint64_t

cdef extern from *:
    """
    #if defined(_MSC_VER)
    #include <intrin.h>
    static __inline int drgsim_low_bit(unsigned long long word) {
        unsigned long position; _BitScanForward64(&position, word); return (int)position;
    }
    static __inline void drgsim_fetch(const void* at) { (void)at; }
    #else
    static inline int drgsim_low_bit(unsigned long long word) { return __builtin_ctzll(word); }
    static inline void drgsim_fetch(const void* at) { __builtin_prefetch(at); }
    #endif
    """
    int drgsim_low_bit(uint64_t word) noexcept nogil
    void drgsim_fetch(const void* at) noexcept nogil  # ask memory for a line, and go on

cdef enum:
    SHORT = 11  # bytes of a code that fits the two words of a slot
    BAR = 124  # "|"

cdef struct Piece:
    uint64_t head
    uint32_t tail
    int64_t length


cdef inline uint64_t bars(uint64_t word) noexcept nogil:
    """A high bit in the lowest byte that is a bar (bits above it may lie)."""
    cdef uint64_t other = word ^ (<uint64_t>0x0101010101010101 * BAR)
    return (other - <uint64_t>0x0101010101010101) & ~other & <uint64_t>0x8080808080808080


cdef inline uint64_t low_bytes(int64_t count) noexcept nogil:
    """A mask of the lowest `count` bytes; 0 to 8."""
    return (<uint64_t>0xFFFFFFFFFFFFFFFF >> (64 - 8 * count)) if count > 0 else 0


cdef inline uint64_t load(const uint8_t* at, const uint8_t* limit) noexcept nogil:
    """Eight bytes, without reading at `limit` or beyond."""
    cdef uint64_t word = 0
    if limit - at >= 8:
        memcpy(&word, at, 8)
    elif limit > at:
        memcpy(&word, at, limit - at)
    return word


cdef inline void pack(Piece* piece, uint64_t first, uint64_t second) noexcept nogil:
    """The two words of a piece whose length, at most SHORT, is known."""
    cdef int64_t length = piece.length
    piece.head = first & low_bytes(length if length < 8 else 8)
    piece.tail = <uint32_t>(second & low_bytes(length - 8)) | <uint32_t>(length << 24)


cdef inline Piece next_piece(const uint8_t* at, const uint8_t* stop, const uint8_t* limit) noexcept nogil:
    """The piece from `at` to the next bar, or to `stop`. Words are set for short pieces only."""
    cdef Piece piece
    cdef uint64_t first = load(at, limit)
    cdef uint64_t second = load(at + 8, limit)
    cdef uint64_t bar = bars(first)
    cdef const void* found
    piece.head = piece.tail = 0
    piece.length = stop - at
    if bar:
        piece.length = min(piece.length, drgsim_low_bit(bar) >> 3)
    else:
        bar = bars(second)
        if bar:
            piece.length = min(piece.length, 8 + (drgsim_low_bit(bar) >> 3))
        elif piece.length > 16:
            found = memchr(at + 16, BAR, piece.length - 16)
            if found != NULL:
                piece.length = <const uint8_t*>found - at
    if piece.length <= SHORT:
        pack(&piece, first, second)
    return piece


cdef inline uint64_t hash_words(uint64_t head, uint64_t tail) noexcept nogil:
    """Only the high bits are good."""
    return head * <uint64_t>0x9E3779B97F4A7C15 + tail * <uint64_t>0xC2B2AE3D27D4EB4F


cdef inline uint64_t hash_bytes(const uint8_t* at, int64_t length) noexcept nogil:
    cdef uint64_t value = <uint64_t>length
    cdef uint64_t word
    cdef int64_t done = 0
    while done < length:
        word = 0
        memcpy(&word, at + done, min(8, length - done))
        value = (value ^ (value >> 29) ^ word) * <uint64_t>0x9E3779B97F4A7C15
        done += 8
    return value ^ (value >> 32)
