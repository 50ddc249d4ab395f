import ConfigurationModel

/// `postgresql`: the start-up message, and what the server says to it (PostgreSQL's frontend/backend protocol 3.0).
///
/// As for pg_isready, any answer but "cannot connect now" shows that connections are taken, also a refused password.
struct PostgreSQLConversation: Conversation {
  private let startUp: [UInt8]
  private let role: ServerRole?
  private var isReplica: Bool?

  init(_ question: PostgreSQLQuestion) {
    role = question.role
    var body: [UInt8] = [0, 3, 0, 0]
    let pairs = [
      ("user", question.user), ("database", question.database), ("application_name", "martlet"),
    ]
    for (name, value) in pairs { body += Array(name.utf8) + [0] + Array(value.utf8) + [0] }
    body.append(0)
    startUp = Self.length(body.count + 4) + body
  }

  mutating func begin() -> Step { .say(startUp) }

  mutating func hear(_ unread: inout [UInt8]) -> Step {
    while unread.count >= 5 {
      let length = unread[1...4].reduce(0) { $0 << 8 | Int($1) }
      guard (4...mostUnread - 1).contains(length), "RSKZENvA".utf8.contains(unread[0]) else {
        return .done(.failure("\"\(quoted(unread))\", which is not PostgreSQL"))
      }
      guard unread.count > length else { return .wait }
      let type = unread[0]
      let body = Array(unread[5...length])
      unread.removeFirst(length + 1)
      if let step = take(type, body) { return step }
    }
    return .wait
  }

  private mutating func take(_ type: UInt8, _ body: [UInt8]) -> Step? {
    switch type {
    case UInt8(ascii: "E"): return .done(judge(error: body))
    case UInt8(ascii: "R"):
      let isIn = body.count >= 4 && body[..<4].allSatisfy { $0 == 0 }
      if role == nil { return .done(.success("answers"), farewell: Self.terminate) }
      // A server that wants a password tells nothing more.
      return isIn ? nil : .done(.failure("wants a password, so its role cannot be seen"), farewell: Self.terminate)
    case UInt8(ascii: "S"):
      let parts = body.split(separator: 0, omittingEmptySubsequences: false)
      if parts.count >= 2, parts[0].elementsEqual("in_hot_standby".utf8) {
        isReplica = parts[1].elementsEqual("on".utf8)
      }
      return nil
    case UInt8(ascii: "Z"):
      guard let isReplica else {
        return .done(.failure("does not tell its role; PostgreSQL 14 and later do"), farewell: Self.terminate)
      }
      let found: ServerRole = isReplica ? .replica : .primary
      return .done(
        found == role ? .success(found.rawValue) : .failure("is a \(found.rawValue)"), farewell: Self.terminate)
    default: return nil
    }
  }

  /// Fields of an ErrorResponse: a letter and a text that ends with a zero; C is the SQLSTATE, M the message.
  private func judge(error body: [UInt8]) -> Finding {
    var code = ""
    var message = ""
    for field in body.split(separator: 0) {
      if field.first == UInt8(ascii: "C") { code = quoted(field.dropFirst(), most: 5) }
      if field.first == UInt8(ascii: "M") { message = quoted(field.dropFirst()) }
    }
    let words = "\(code) \(message)"
    return code == "57P03" || role != nil || code.isEmpty ? .failure(words) : .success(words)
  }

  private static let terminate: [UInt8] = [UInt8(ascii: "X"), 0, 0, 0, 4]

  private static func length(_ count: Int) -> [UInt8] {
    let count = UInt32(clamping: count)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
  }
}
