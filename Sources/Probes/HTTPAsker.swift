import ConfigurationModel
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// `http` and `https`: one request on a connection of its own, so that what is asked is asked from the start.
struct HTTPAsker: Asker {
  let asked: String
  let question: HTTPQuestion
  private let tls: TLSClient?
  private let patterns: Patterns
  private let head: HTTPRequestHead

  init(_ question: HTTPQuestion, _ contexts: TLSContexts) throws(ProbeObstacle) {
    self.question = question
    tls = try contexts.client(question.tls)
    patterns = try Patterns(compiling: question.body)
    asked = "\(question.method) \(question.tls == nil ? "http" : "https")://\(question.endpoint)\(question.target)"
    var headers = HTTPHeaders([("Host", question.host), ("Connection", "close")])
    for field in question.headers { headers.add(name: field.name, value: field.value) }
    for (name, value) in [("User-Agent", "martlet"), ("Accept", "*/*")] where !headers.contains(name: name) {
      headers.add(name: name, value: value)
    }
    if !["GET", "HEAD"].contains(question.method) { headers.add(name: "Content-Length", value: "0") }
    head = HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: question.method), uri: question.target, headers: headers)
  }

  func ask(_ run: ProbeRun) {
    let tls = tls
    run.connect(to: question.endpoint) { [self] channel in
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
      try pipeline.addHandler(HTTPHandler(head, statuses: question.statuses, patterns: patterns, run, tls))
      try tls?.add(to: channel)
    }
  }
}

/// Asks and judges the answer. A body is kept as far as it is looked at, and never beyond a bound.
final class HTTPHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// Bytes of a body that are looked at; what stands behind them is not waited for.
  static let mostBody = 256 * 1024

  private let head: HTTPRequestHead
  private let statuses: [ClosedRange<Int>]
  private let patterns: Patterns
  private let run: ProbeRun
  private let tls: TLSClient?
  private var status: UInt?
  private var body: [UInt8] = []
  private var bodyCount = 0

  init(
    _ head: HTTPRequestHead, statuses: [ClosedRange<Int>], patterns: Patterns, _ run: ProbeRun, _ tls: TLSClient?
  ) {
    self.head = head
    self.statuses = statuses
    self.patterns = patterns
    self.run = run
    self.tls = tls
  }

  func channelActive(context: ChannelHandlerContext) {
    run.stage = tls == nil ? "no answer" : "no TLS handshake"
    if tls == nil { send(context) }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let tls, case TLSUserEvent.handshakeCompleted = event {
      run.stage = "no answer"
      if let complaint = tls.complaint(context) { return run.finish(complaint) }
      send(context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !run.isFinished else { return }
    switch unwrapInboundIn(data) {
    case .head(let answer):
      status = answer.status.code
      run.stage = "HTTP \(answer.status.code), but no whole body"
      // A status that is wrong is enough.
      if !isRight(answer.status.code) { judge() }
    case .body(let part):
      bodyCount += part.readableBytes
      if !patterns.list.isEmpty { body += part.readableBytesView.prefix(Self.mostBody - body.count) }
      if bodyCount >= Self.mostBody { judge() }
    case .end: judge()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    end("closed by the other end")
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case is HTTPParserError: run.finish(.failure("an answer that is not HTTP (\(quoted("\(error)".utf8)))"))
    case NIOSSLError.uncleanShutdown: end("cut off by the other end")
    default: run.fail(error)
    }
  }

  private func send(_ context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func isRight(_ code: UInt) -> Bool { statuses.contains { $0.contains(Int(clamping: code)) } }

  private func judge() {
    guard let status else { return }
    guard isRight(status) else { return run.finish(.failure("HTTP \(status)")) }
    if let refusal = patterns.refusal(of: body) {
      let rest = bodyCount >= Self.mostBody ? " in the first \(Self.mostBody / 1024) KiB" : ""
      return run.finish(.failure("HTTP \(status) with a body that is not as it must be\(rest): \(refusal)"))
    }
    run.finish(.success("HTTP \(status)"))
  }

  private func end(_ words: String) {
    guard !run.isFinished else { return }
    run.finish(.failure(status.map { "HTTP \($0), then \(words)" } ?? words))
  }
}
