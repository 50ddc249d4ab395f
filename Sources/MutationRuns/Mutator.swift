import SeededRandom

/// Changes configurations at random: the same files, seed and run give the same bytes.
struct Mutator {
  /// What is changed.
  let files: [[UInt8]]
  let seed: UInt64

  private static let tokens = [
    "{", "}", "\"", "'", "$", "${", "${A}", "$A=$A\n", "~SEQ(", "~SEQ(A,1,1000) ", "~SEQ(A,1,1000000000000) ",
    "~SEQx(B,9) ", "~LST({A,B},{1,2}) ", "@", "@^me ", "@me ", "#", "!", "\\", "\n", "\r\n", "=", ",", ")",
    "include /m\n", "include /[a-c]{1,2}*\n", "vrrp_instance ", "vrrp_probe p {\n", "virtual_server ",
    "virtual_ipaddress {\n", "255", "-1", "0", "99999999999999999999", "0.", "1e9", "::", "/", "/33", "\u{0}",
    "\u{FF}", " \\\n", "$A= \\\n", "${_RANDOM 1 9}", "${_ENV A}", "${_HASH}", "${_PWD}",
  ].map { Array($0.utf8) }

  /// The bytes of a run.
  func bytes(run: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed, run: run)
    var bytes = files[Int.random(in: 0..<files.count, using: &generator)]
    for _ in 0..<Int.random(in: 1...8, using: &generator) { change(&bytes, &generator) }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let at = Int.random(in: 0...bytes.count, using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0, 1: bytes.insert(contentsOf: Self.tokens[Int.random(in: 0..<Self.tokens.count, using: &generator)], at: at)
    case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...60, using: &generator)))
    case 3 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &generator)
    case 4:
      let end = min(bytes.count, at + Int.random(in: 0...400, using: &generator))
      bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &generator))
    default:
      let other = files[Int.random(in: 0..<files.count, using: &generator)]
      let start = Int.random(in: 0...other.count, using: &generator)
      let end = min(other.count, start + Int.random(in: 0...400, using: &generator))
      bytes.insert(contentsOf: other[start..<end], at: at)
    }
  }
}
