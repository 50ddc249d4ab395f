import ConfigurationModel
import NIOCore
import NIOPosix

extension ProbeRun {
  /// Sends one datagram and hands over what comes back, from that address only. A refusal by the host ends the run.
  func exchange(
    _ bytes: [UInt8], with endpoint: ProbeEndpoint, _ hear: @escaping @Sendable ([UInt8]) -> Void
  ) {
    resolve(endpoint).whenComplete { [self] result in
      switch result {
      case .failure(let error): fail(error)
      case .success(let addresses):
        stage = "no answer"
        guard !isFinished, let address = addresses.first else { return }
        DatagramBootstrap(group: loop)
          .channelInitializer { [self] channel in
            channel.eventLoop.makeCompletedFuture {
              try own(channel)
              try channel.pipeline.syncOperations.addHandler(DatagramHandler(self, hear))
            }
          }
          .connect(to: address)
          .whenComplete { [self] result in
            switch result {
            case .failure(let error): fail(error)
            case .success(let channel):
              let envelope = AddressedEnvelope(
                remoteAddress: address, data: channel.allocator.buffer(bytes: bytes))
              channel.writeAndFlush(envelope).whenFailure { [self] in fail($0) }
            }
          }
      }
    }
  }
}

/// Hands over the bytes of each datagram.
final class DatagramHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let run: ProbeRun
  private let hear: @Sendable ([UInt8]) -> Void

  init(_ run: ProbeRun, _ hear: @escaping @Sendable ([UInt8]) -> Void) {
    self.run = run
    self.hear = hear
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !run.isFinished else { return }
    hear(Array(unwrapInboundIn(data).data.readableBytesView))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { run.fail(error) }
}

/// `udp`: a datagram that is answered.
struct DatagramAsker: Asker {
  let asked: String
  let question: DatagramQuestion
  let patterns: Patterns

  init(_ question: DatagramQuestion, _ patterns: Patterns) {
    self.question = question
    self.patterns = patterns
    asked = "udp \(question.endpoint)"
  }

  func ask(_ run: ProbeRun) {
    let patterns = patterns
    run.exchange(question.send, with: question.endpoint) { answer in
      if let refusal = patterns.refusal(of: answer) {
        run.finish(.failure("\"\(quoted(answer))\" and not \(refusal)"))
      } else {
        run.finish(.success("\"\(quoted(answer))\""))
      }
    }
  }
}
