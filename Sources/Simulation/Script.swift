import ConfigurationSyntax
import NetworkTypes
import SimulationKit

/// What happens in a rehearsal, and when.
struct Script {
  /// One command.
  struct Step {
    let at: MonotonicInstant
    /// The command as it was written, without its time.
    let text: String
    /// What it comes to.
    let disturbances: [Disturbance]
  }

  /// The commands in the order of their times.
  var steps: [Step] = []

  /// Hosts whose first command starts them: they are off until then.
  func lateStarters(of count: Int) -> Set<Int> {
    var first: [Int: Disturbance] = [:]
    for step in steps {
      for disturbance in step.disturbances {
        guard let host = disturbance.host, first[host] == nil else { continue }
        first[host] = disturbance
      }
    }
    return Set((0..<count).filter { first[$0] == .start(host: $0) })
  }
}

/// A word of a script and where it stands.
struct ScriptWord {
  let text: String
  /// Where it begins, in bytes from 0.
  let offset: Int

  /// The statements of a script, which end at semicolons and line feeds; what follows `#` on a line is a remark.
  static func statements(of text: String) -> [[ScriptWord]] {
    var statements: [[ScriptWord]] = [[]]
    var word: [UInt8] = []
    var isRemark = false
    func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: ";") && !isRemark) }
    for (offset, byte) in (Array(text.utf8) + [UInt8(ascii: "\n")]).enumerated() {
      let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
      if byte == UInt8(ascii: "#") { isRemark = true }
      if !isBlank, !isEnd(byte), !isRemark {
        word.append(byte)
        continue
      }
      if !word.isEmpty {
        let text = String(decoding: word, as: UTF8.self)
        statements[statements.count - 1].append(ScriptWord(text: text, offset: offset - word.count))
        word = []
      }
      if isEnd(byte) {
        isRemark = false
        statements.append([])
      }
    }
    return statements.filter { !$0.isEmpty }
  }
}
