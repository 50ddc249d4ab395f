/// MD5 (RFC 1321), for HMAC-MD5-96 alone, which is what keepalived's `auth_type AH` uses.
///
/// Of our own because it is small and the process that takes adverts in links nothing large: a cryptographic library would bring
/// many times the code of the whole engine for this one function. MD5 must not be used for anything new. No known attack on it
/// forges an HMAC (RFC 6151 section 2.3).
struct MessageDigest5: Sendable, Hashable {
  static let blockLength = 64
  static let digestLength = 16

  private var state = SIMD4<UInt32>(0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
  private var block = Block()
  /// Bytes given so far; those of the last, incomplete block stand in `block`.
  private var count: UInt64 = 0

  init() {}

  /// Takes more of the message in.
  mutating func update(_ bytes: RawSpan) {
    var rest = 0
    // Whole blocks are taken as they lie, once the one before is complete.
    while rest < bytes.byteCount {
      if count % 64 == 0, bytes.holds(Self.blockLength, at: rest) {
        compress(Block(bytes, at: rest))
        count &+= 64
        rest &+= Self.blockLength
      } else {
        append(bytes.byte(at: rest) ?? 0)
        rest &+= 1
      }
    }
  }

  mutating func update(_ bytes: [UInt8]) {
    update(bytes.span.bytes)
  }

  /// The digest of everything given, in the order in which it is sent.
  consuming func finish() -> SIMD16<UInt8> {
    let bits = count &* 8
    append(0x80)
    while count % 64 != 56 { append(0) }
    for index in 0..<8 as Range<UInt64> { append(UInt8(truncatingIfNeeded: bits >> (index * 8))) }
    var digest = SIMD16<UInt8>()
    for index in 0..<Self.digestLength {
      digest[index] = UInt8(truncatingIfNeeded: state[index / 4] >> UInt32(index % 4 * 8))
    }
    return digest
  }

  private mutating func append(_ byte: UInt8) {
    block.set(byte, at: Int(truncatingIfNeeded: count % 64))
    count &+= 1
    if count % 64 == 0 {
      compress(block)
      block = Block()
    }
  }

  /// RFC 1321 section 3.4.
  private mutating func compress(_ block: Block) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for step in 0..<64 {
      let (mixed, word): (UInt32, Int) =
        switch step / 16 {
        case 0: ((b & c) | (~b & d), step)
        case 1: ((d & b) | (~d & c), 5 &* step &+ 1)
        case 2: (b ^ c ^ d, 3 &* step &+ 5)
        default: (c ^ (b | ~d), 7 &* step)
        }
      let sum = a &+ mixed &+ Self.sines[step] &+ block.words[word & 15]
      let shift = Self.shifts[step / 16][step & 3]
      (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 &- shift)))
    }
    state = state &+ SIMD4(a, b, c, d)
  }

  /// Sixteen words of the message, the first byte of each the least.
  private struct Block: Sendable, Hashable {
    var words = SIMD16<UInt32>()

    init() {}

    init(_ bytes: RawSpan, at offset: Int) {
      for index in 0..<16 { words[index] = bytes.quarter(at: offset &+ index &* 4)?.littleEndian ?? 0 }
    }

    mutating func set(_ byte: UInt8, at offset: Int) {
      words[offset / 4] |= UInt32(byte) << UInt32(offset % 4 * 8)
    }
  }

  private static let shifts: [SIMD4<UInt32>] = [
    SIMD4(7, 12, 17, 22), SIMD4(5, 9, 14, 20), SIMD4(4, 11, 16, 23), SIMD4(6, 10, 15, 21),
  ]

  /// The whole part of 2^32 times the absolute sine of 1, 2, 3 and so on, as radians.
  private static let sines: [UInt32] = [
    0xD76A_A478, 0xE8C7_B756, 0x2420_70DB, 0xC1BD_CEEE, 0xF57C_0FAF, 0x4787_C62A, 0xA830_4613, 0xFD46_9501,
    0x6980_98D8, 0x8B44_F7AF, 0xFFFF_5BB1, 0x895C_D7BE, 0x6B90_1122, 0xFD98_7193, 0xA679_438E, 0x49B4_0821,
    0xF61E_2562, 0xC040_B340, 0x265E_5A51, 0xE9B6_C7AA, 0xD62F_105D, 0x0244_1453, 0xD8A1_E681, 0xE7D3_FBC8,
    0x21E1_CDE6, 0xC337_07D6, 0xF4D5_0D87, 0x455A_14ED, 0xA9E3_E905, 0xFCEF_A3F8, 0x676F_02D9, 0x8D2A_4C8A,
    0xFFFA_3942, 0x8771_F681, 0x6D9D_6122, 0xFDE5_380C, 0xA4BE_EA44, 0x4BDE_CFA9, 0xF6BB_4B60, 0xBEBF_BC70,
    0x289B_7EC6, 0xEAA1_27FA, 0xD4EF_3085, 0x0488_1D05, 0xD9D4_D039, 0xE6DB_99E5, 0x1FA2_7CF8, 0xC4AC_5665,
    0xF429_2244, 0x432A_FF97, 0xAB94_23A7, 0xFC93_A039, 0x655B_59C3, 0x8F0C_CC92, 0xFFEF_F47D, 0x8584_5DD1,
    0x6FA8_7E4F, 0xFE2C_E6E0, 0xA301_4314, 0x4E08_11A1, 0xF753_7E82, 0xBD3A_F235, 0x2AD7_D2BB, 0xEB86_D391,
  ]
}
