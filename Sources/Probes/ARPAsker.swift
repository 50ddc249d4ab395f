import ConfigurationModel
import LinuxSystem
import NIOCore
import NIOPosix
import NetworkTypes

/// `arp`: a probe as RFC 5227 section 2.1.1 has it, without a sender's address, so that it changes nobody's tables.
struct ARPAsker: Asker {
  let question: ARPQuestion

  var asked: String { "arp \(question.target) on \(question.interface)" }

  func ask(_ run: ProbeRun) {
    let target = question.target
    do {
      let link = try ARPSocket.link(question.interface)
      let socket = try ARPSocket.open(on: link.index)
      let request = ARPSocket.request(for: target, from: link.mac)
      NIOPipeBootstrap(group: run.loop)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try run.own(channel)
            try channel.pipeline.syncOperations.addHandler(ARPHandler(target, link.mac, run))
          }
        }
        .takingOwnershipOfDescriptor(inputOutput: socket.take())
        .whenComplete { result in
          switch result {
          case .failure(let error): run.fail(error)
          case .success(let channel):
            channel.writeAndFlush(channel.allocator.buffer(bytes: request)).whenFailure { run.fail($0) }
          }
        }
    } catch {
      run.fail(error)
    }
  }
}

private final class ARPHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let target: IPAddress
  private let mac: MACAddress
  private let run: ProbeRun

  init(_ target: IPAddress, _ mac: MACAddress, _ run: ProbeRun) {
    self.target = target
    self.mac = mac
    self.run = run
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = Array(unwrapInboundIn(data).readableBytesView.prefix(64))
    guard let sender = ARPSocket.sender(of: frame, ifAnswerFor: target, to: mac) else { return }
    run.finish(.success("\(sender)"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { run.fail(error) }
}
