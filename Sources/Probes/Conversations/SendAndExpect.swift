/// `tcp` and `unix`: says something, perhaps, and listens until what was heard is as it must be.
struct SendAndExpect: Conversation {
  let send: [UInt8]
  let patterns: Patterns

  mutating func begin() -> Step {
    guard !patterns.list.isEmpty else { return .done(.success("connected"), farewell: send) }
    return send.isEmpty ? .wait : .say(send)
  }

  mutating func hear(_ unread: inout [UInt8]) -> Step {
    // A text that must not be found is only known not to be there once the others are.
    guard patterns.refusal(of: unread) == nil else { return .wait }
    return .done(.success("\"\(quoted(unread))\""))
  }

  mutating func hangUp(_ unread: [UInt8]) -> Finding {
    if unread.isEmpty { return .failure("closed by the other end") }
    guard let refusal = patterns.refusal(of: unread) else { return .success("\"\(quoted(unread))\"") }
    return .failure("\"\(quoted(unread))\" and not \(refusal)")
  }
}
