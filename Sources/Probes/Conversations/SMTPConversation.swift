/// `smtp`: the greeting, EHLO, and QUIT (RFC 5321 section 3.1).
struct SMTPConversation: Conversation {
  let name: String
  private var isGreeted = false

  init(name: String) { self.name = name }

  mutating func begin() -> Step { .wait }

  mutating func hear(_ unread: inout [UInt8]) -> Step {
    while let line = unread.takeLine() {
      let code = String(decoding: line.prefix(3), as: UTF8.self)
      guard line.count >= 3, let number = Int(code), (200...599).contains(number),
        line.count == 3 || line[3] == UInt8(ascii: " ") || line[3] == UInt8(ascii: "-")
      else { return .done(.failure("\"\(quoted(line))\", which is not SMTP")) }
      // A reply goes on for as long as a hyphen follows the code (section 4.2.1).
      if line.count > 3, line[3] == UInt8(ascii: "-") { continue }
      guard number / 100 == 2 else {
        return .done(
          .failure("\(isGreeted ? "EHLO" : "greeting") \"\(quoted(line))\""), farewell: Array("QUIT\r\n".utf8))
      }
      if isGreeted { return .done(.success("\(code)"), farewell: Array("QUIT\r\n".utf8)) }
      isGreeted = true
      return .say(Array("EHLO \(name)\r\n".utf8))
    }
    return .wait
  }
}
