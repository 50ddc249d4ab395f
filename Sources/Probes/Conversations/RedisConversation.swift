import ConfigurationModel

/// `redis`: PING, and ROLE if it matters what the server is.
struct RedisConversation: Conversation {
  let role: ServerRole?
  private var hasAnswered = false
  private var lines: [[UInt8]] = []

  init(role: ServerRole?) { self.role = role }

  mutating func begin() -> Step { .say(Array("PING\r\n".utf8)) }

  mutating func hear(_ unread: inout [UInt8]) -> Step {
    while let line = unread.takeLine() {
      if line.first == UInt8(ascii: "-") { return .done(judge(error: line)) }
      guard hasAnswered else {
        guard line == Array("+PONG".utf8) else {
          return .done(.failure("\"\(quoted(line))\", which is not Redis"))
        }
        hasAnswered = true
        if role == nil { return .done(.success("PONG")) }
        return .say(Array("ROLE\r\n".utf8))
      }
      // An array whose first element is a string: `*N`, `$LENGTH`, the role.
      lines.append(line)
      if lines.count == 3 { return .done(judgeRole()) }
    }
    return .wait
  }

  private func judge(error line: [UInt8]) -> Finding {
    let text = quoted(line.dropFirst())
    // A server that wants a password is there; what it is, it only tells those who have one.
    if text.hasPrefix("NOAUTH"), role == nil { return .success("NOAUTH") }
    return .failure(text)
  }

  private func judgeRole() -> Finding {
    guard lines[0].first == UInt8(ascii: "*"), lines[1].first == UInt8(ascii: "$") else {
      return .failure("\"\(quoted(lines[0]))\" for a role")
    }
    let name = String(decoding: lines[2], as: UTF8.self)
    let found: ServerRole? = name == "master" ? .primary : name == "slave" ? .replica : nil
    return found == role
      ? .success("role \(quoted(lines[2]))")
      : .failure("role \(quoted(lines[2])), not \(role == .primary ? "master" : "slave")")
  }
}
