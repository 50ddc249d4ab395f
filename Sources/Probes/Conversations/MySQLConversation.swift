/// `mysql`: the server's handshake, a user without a password, and what becomes of them (MySQL's protocol 4.1).
///
/// As for `mysqladmin ping`, a server that refuses the user is there. Going away without an answer to its handshake would
/// count against this host, which the server shuts out after `max_connect_errors` of that.
struct MySQLConversation: Conversation {
  let user: String
  private var version: String?

  init(user: String) { self.user = user }

  mutating func begin() -> Step { .wait }

  mutating func hear(_ unread: inout [UInt8]) -> Step {
    // Three bytes of length, one of sequence.
    while unread.count >= 4 {
      let length = Int(unread[0]) | Int(unread[1]) << 8 | Int(unread[2]) << 16
      let sequence = unread[3]
      guard (1...mostUnread - 4).contains(length) else {
        return .done(.failure("\"\(quoted(unread))\", which is not MySQL"))
      }
      guard unread.count >= length + 4 else { return .wait }
      let payload = Array(unread[4..<(length + 4)])
      unread.removeFirst(length + 4)
      return version == nil ? greet(payload, sequence) : judge(payload, sequence)
    }
    return .wait
  }

  private mutating func greet(_ payload: [UInt8], _ sequence: UInt8) -> Step {
    // In place of its handshake the server may say at once that it takes nobody, or nobody from here.
    if payload[0] == 0xFF { return .done(Self.judge(error: payload)) }
    let name = payload.dropFirst().prefix { $0 != 0 }
    guard payload[0] == 10, sequence == 0, payload.count > name.count + 14 else {
      return .done(.failure("\"\(quoted(payload))\", which is not MySQL"))
    }
    version = quoted(name, most: 40)
    // CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH; packets of 16 MiB; utf8mb4.
    var body: [UInt8] = [0x00, 0x82, 0x08, 0x00, 0x00, 0x00, 0x00, 0x01, 45]
    body += [UInt8](repeating: 0, count: 23)
    body += Array(user.utf8) + [0, 0] + Array("mysql_native_password".utf8) + [0]
    return .say(Self.packet(body, sequence: 1))
  }

  private func judge(_ payload: [UInt8], _ sequence: UInt8) -> Step {
    switch payload[0] {
    case 0x00: return .done(.success(version ?? ""), farewell: Self.packet([1], sequence: 0))
    case 0xFE, 0x01: return .say(Self.packet([], sequence: sequence &+ 1))
    case 0xFF: return .done(Self.judge(error: payload))
    default: return .done(.failure("\"\(quoted(payload))\", which is not MySQL"))
    }
  }

  private static func judge(error payload: [UInt8]) -> Finding {
    let (code, words) = words(error: payload)
    // 1044 and 1045: access denied; 1698: the same, by a plug-in; 1130: this host is not known; 1251, 2059 and 3159: another
    // way to log in is wanted.
    return [1044, 1045, 1130, 1251, 1698, 2059, 3159].contains(code) ? .success(words) : .failure(words)
  }

  /// An ERR packet: 0xFF, two bytes of code, perhaps `#` and a state of five, the message.
  private static func words(error payload: [UInt8]) -> (code: Int, words: String) {
    guard payload.count >= 3 else { return (0, "an error without a number") }
    let code = Int(payload[1]) | Int(payload[2]) << 8
    var message = payload.dropFirst(3)
    if message.first == UInt8(ascii: "#"), message.count >= 6 { message = message.dropFirst(6) }
    return (code, "\(code) \(quoted(message))")
  }

  private static func packet(_ body: [UInt8], sequence: UInt8) -> [UInt8] {
    [UInt8(truncatingIfNeeded: body.count), UInt8(truncatingIfNeeded: body.count >> 8), 0, sequence] + body
  }
}
