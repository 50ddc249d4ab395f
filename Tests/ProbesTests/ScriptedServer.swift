import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server that does as it is told, mostly what no server should.
final class ScriptedServer: Sendable {
  enum Behaviour: Sendable {
    /// Says something to whoever connects, and more to each thing that it hears, in order.
    case dialogue(greeting: String, answers: [String])
    /// Says these bytes once it has heard something.
    case answer([UInt8])
    /// Accepts, and says nothing.
    case silence
    /// Accepts and hangs up.
    case hangUp
    /// First a head, then the same again and again for as long as there is somebody.
    case endless(head: [UInt8], chunk: [UInt8])
    /// A head, then the same byte every few milliseconds.
    case drip(head: [UInt8], byte: UInt8)
  }

  private let channel: any Channel
  /// Bytes that the kernel has taken for clients.
  let written: Written

  final class Written: Sendable {
    let count = Atomic<Int>(0)
  }

  var port: UInt16 { UInt16(channel.localAddress?.port ?? 0) }

  init(_ behaviour: Behaviour, tls: NIOSSLContext? = nil, path: String? = nil) async throws {
    let written = Written()
    self.written = written
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
          try channel.pipeline.syncOperations.addHandler(Player(behaviour, written))
        }
      }
    if let path {
      channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
    } else {
      channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    }
  }

  func close() async { try? await channel.close() }

  private final class Player: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behaviour: Behaviour
    private let written: Written
    private var turn = 0

    init(_ behaviour: Behaviour, _ written: Written) {
      self.behaviour = behaviour
      self.written = written
    }

    func channelActive(context: ChannelHandlerContext) {
      switch behaviour {
      case .dialogue(let greeting, _): say(Array(greeting.utf8), context)
      case .hangUp: context.close(promise: nil)
      case .endless(let head, let chunk):
        say(head, context)
        pour(chunk, context)
      case .drip(let head, let byte):
        say(head, context)
        drip(byte, context)
      case .answer, .silence: break
      }
      context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch behaviour {
      case .answer(let bytes):
        if turn == 0 { say(bytes, context) }
        turn += 1
      case .dialogue(_, let answers):
        if turn < answers.count { say(Array(answers[turn].utf8), context) }
        turn += 1
      case .silence, .hangUp, .endless, .drip: break
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func say(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
      guard !bytes.isEmpty else { return }
      context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    /// The next chunk once the last has left, so that nothing piles up here.
    private func pour(_ chunk: [UInt8], _ context: ChannelHandlerContext) {
      let channel = context.channel
      let written = written
      @Sendable func next() {
        channel.writeAndFlush(channel.allocator.buffer(bytes: chunk)).whenSuccess {
          written.count.wrappingAdd(chunk.count, ordering: .relaxed)
          channel.eventLoop.execute { next() }
        }
      }
      next()
    }

    private func drip(_ byte: UInt8, _ context: ChannelHandlerContext) {
      let channel = context.channel
      channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { task in
        guard channel.isActive else { return task.cancel() }
        channel.writeAndFlush(channel.allocator.buffer(bytes: [byte]), promise: nil)
      }
    }
  }
}

/// Answers each datagram in its own way.
final class ScriptedDatagrams: Sendable {
  private let channel: any Channel

  var port: UInt16 { UInt16(channel.localAddress?.port ?? 0) }

  init(_ answers: @escaping @Sendable ([UInt8]) -> [[UInt8]]) async throws {
    channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Answerer(answers))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  func close() async { try? await channel.close() }

  private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>
    private let answers: @Sendable ([UInt8]) -> [[UInt8]]

    init(_ answers: @escaping @Sendable ([UInt8]) -> [[UInt8]]) { self.answers = answers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let envelope = unwrapInboundIn(data)
      for answer in answers(Array(envelope.data.readableBytesView)) {
        let reply = AddressedEnvelope(
          remoteAddress: envelope.remoteAddress, data: context.channel.allocator.buffer(bytes: answer))
        context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
      }
    }
  }
}
