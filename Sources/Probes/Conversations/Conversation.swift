import ConfigurationModel
import NIOCore
import NIOSSL
import NIOTLS

/// Next step of a conversation.
enum Step: Equatable {
  /// Wait for more bytes.
  case wait
  /// Send bytes, and wait for more.
  case say([UInt8])
  /// End with a finding, after sending the bytes of `farewell`, if any.
  case done(Finding, farewell: [UInt8] = [])
}

/// Protocol over a connection, without any socket: received bytes go in, bytes to send come out.
protocol Conversation {
  /// Most bytes kept unread. More bytes without a meaning are not a valid answer.
  var mostUnread: Int { get }
  /// Begins, once the connection is made.
  mutating func begin() -> Step
  /// Takes the bytes that it understands off the front of those received and not taken yet.
  mutating func hear(_ unread: inout [UInt8]) -> Step
  /// Ends with a finding after the other end has closed. `unread`: bytes that were not taken.
  mutating func hangUp(_ unread: [UInt8]) -> Finding
}

extension Conversation {
  var mostUnread: Int { 8192 }

  mutating func hangUp(_ unread: [UInt8]) -> Finding {
    .failure(unread.isEmpty ? "closed by the other end" : "closed by the other end after \"\(quoted(unread))\"")
  }
}

extension [UInt8] {
  /// Takes the first line off the front, without its line end; `nil` if there is no whole line.
  mutating func takeLine() -> [UInt8]? {
    guard let end = firstIndex(of: 0x0A) else { return nil }
    var line = Array(self[..<end])
    if line.last == 0x0D { line.removeLast() }
    removeFirst(end + 1)
    return line
  }
}

/// Asker that holds a conversation over a connection.
struct ConversationAsker: Asker {
  let asked: String
  let endpoint: ProbeEndpoint
  let tls: TLSClient?
  private let make: @Sendable () -> any Conversation

  init(
    asked: String, endpoint: ProbeEndpoint, tls: TLSClient?, _ make: @escaping @Sendable () -> any Conversation
  ) {
    self.asked = asked
    self.endpoint = endpoint
    self.tls = tls
    self.make = make
  }

  func ask(_ run: ProbeRun) {
    let tls = tls
    let make = make
    run.connect(to: endpoint) { channel in
      try channel.pipeline.syncOperations.addHandler(ConversationHandler(make(), run, tls))
      try tls?.add(to: channel)
    }
  }
}

/// Handler that holds a conversation over a channel.
final class ConversationHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var conversation: any Conversation
  private let run: ProbeRun
  private let tls: TLSClient?
  private var unread: [UInt8] = []
  /// Finding, kept while the farewell is sent. An error in sending that does not change it.
  private var finding: Finding?

  init(_ conversation: any Conversation, _ run: ProbeRun, _ tls: TLSClient?) {
    self.conversation = conversation
    self.run = run
    self.tls = tls
  }

  func channelActive(context: ChannelHandlerContext) {
    run.stage = tls == nil ? "no answer" : "no TLS handshake"
    if tls == nil { take(conversation.begin(), context) }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let tls, case TLSUserEvent.handshakeCompleted = event {
      run.stage = "no answer"
      if let complaint = tls.complaint(context) { return run.finish(complaint) }
      take(conversation.begin(), context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !run.isFinished, finding == nil else { return }
    unread += unwrapInboundIn(data).readableBytesView
    run.stage = "no whole answer"
    take(conversation.hear(&unread), context)
    guard unread.count <= conversation.mostUnread else {
      return run.finish(.failure("more than \(conversation.mostUnread) bytes and no answer among them"))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !run.isFinished { run.finish(finding ?? conversation.hangUp(unread)) }
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let finding { return run.finish(finding) }
    // A server that hangs up may do so without TLS's own farewell; what it said decides.
    if case NIOSSLError.uncleanShutdown = error { return run.finish(conversation.hangUp(unread)) }
    run.fail(error)
  }

  private func take(_ step: Step, _ context: ChannelHandlerContext) {
    switch step {
    case .wait: return
    case .say(let bytes): say(bytes, context)
    case .done(let finding, let farewell):
      self.finding = finding
      if !farewell.isEmpty { say(farewell, context) }
      run.finish(finding)
    }
  }

  private func say(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
  }
}
