import ConfigurationModel
import Glibc
import LinuxSystem
import NIOCore
import NIOPosix
import NetworkTypes

/// Asker of an `icmp` probe: sends echo requests to all targets at once, until enough have answered or no longer can.
struct EchoAsker: Asker {
  let question: EchoQuestion

  var asked: String { "icmp " + question.targets.map { "\($0)" }.joined(separator: " ") }

  func ask(_ run: ProbeRun) {
    let count = EchoCount(question, run)
    for target in question.targets where !run.isFinished {
      let token = UInt64.random(in: .min ... .max)
      let request = EchoRequest(family: target.family, token: token)
      let name = "\(target)"
      do {
        let socket = try EchoRequest.socket(target.family)
        let address = try SocketAddress(ipAddress: name, port: 0)
        DatagramBootstrap(group: run.loop)
          .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
              try run.own(channel)
              try channel.pipeline.syncOperations.addHandler(
                EchoHandler(request, to: address, count))
            }
          }
          .withBoundSocket(socket.take())
          .whenComplete { result in
            switch result {
            case .failure(let error): count.lost(name, error)
            case .success(let channel):
              let envelope = AddressedEnvelope(
                remoteAddress: address, data: channel.allocator.buffer(bytes: request.bytes))
              channel.writeAndFlush(envelope).whenFailure { count.lost(name, $0) }
            }
          }
      } catch let error as SystemError where ProbeRun.isShortage(error) || run.isBar(error) {
        run.fail(error)
      } catch {
        count.lost(name, error)
      }
    }
  }
}

/// Count of the targets that have answered.
private final class EchoCount: @unchecked Sendable {
  private let quorum: Int
  private let run: ProbeRun
  private var silent: [String]
  private var lost: [String: String] = [:]
  private var answered = 0
  private let total: Int

  init(_ question: EchoQuestion, _ run: ProbeRun) {
    quorum = question.quorum
    total = question.targets.count
    silent = question.targets.map { "\($0)" }
    self.run = run
    note()
  }

  func answered(_ target: String) {
    silent.removeAll { $0 == target }
    answered += 1
    if answered >= quorum { return run.finish(.success(total == 1 ? "answer" : "\(answered) of \(total) answered")) }
    note()
  }

  func lost(_ target: String, _ error: any Error) {
    guard lost.updateValue(ProbeRun.words(for: error), forKey: target) == nil else { return }
    if total - lost.count < quorum {
      let first = lost.sorted { $0.key < $1.key }.first
      run.finish(.failure(total == 1 ? first?.value ?? "" : "\(first?.key ?? ""): \(first?.value ?? "")"))
    }
    note()
  }

  private func note() {
    run.stage =
      total == 1
      ? "no answer"
      : "\(answered) of \(total) answered, not \(quorum) (silent: \(silent.prefix(4).joined(separator: ", ")))"
  }
}

/// Echo request (RFC 792, RFC 4443 section 4.1) with a random number in it, so that others cannot forge the answer.
struct EchoRequest: Sendable {
  let family: AddressFamily
  let token: UInt64
  private let identifier = UInt16.random(in: .min ... .max)

  init(family: AddressFamily, token: UInt64) {
    self.family = family
    self.token = token
  }

  /// Bytes of the message. The kernel fills in the checksum of ICMPv6.
  var bytes: [UInt8] {
    var bytes: [UInt8] = [family == .ipv4 ? 8 : 128, 0, 0, 0, UInt8(identifier >> 8), UInt8(identifier & 0xFF), 0, 1]
    bytes += tokenBytes
    if family == .ipv4 {
      var sum: UInt32 = 0
      for index in stride(from: 0, to: bytes.count, by: 2) {
        sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
      }
      while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
      let checksum = ~UInt16(truncatingIfNeeded: sum)
      bytes[2] = UInt8(checksum >> 8)
      bytes[3] = UInt8(checksum & 0xFF)
    }
    return bytes
  }

  private var tokenBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: token >> (56 - 8 * UInt64($0))) } }

  /// True if `message` is the answer. A raw socket of IPv4 gives the IP header too.
  func isAnswered(by message: [UInt8]) -> Bool {
    var rest = message[...]
    if family == .ipv4, let first = rest.first, first >> 4 == 4 { rest = rest.dropFirst(Int(first & 0x0F) * 4) }
    guard rest.count >= 16, rest.first == (family == .ipv4 ? 0 : 129) else { return false }
    return rest.dropFirst(8).prefix(8).elementsEqual(tokenBytes)
  }

  /// Socket for echo requests: one for echoes alone if `net.ipv4.ping_group_range` allows it, else a raw one.
  static func socket(_ family: AddressFamily) throws(SystemError) -> LinuxSystem.FileDescriptor {
    let domain = family == .ipv4 ? AF_INET : AF_INET6
    let number = Int32(family == .ipv4 ? IPPROTO_ICMP : Int(IPPROTO_ICMPV6))
    let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let ping = Glibc.socket(domain, Int32(SOCK_DGRAM.rawValue) | flags, number)
    if ping >= 0 { return FileDescriptor(owning: ping) }
    let raw = Glibc.socket(domain, Int32(SOCK_RAW.rawValue) | flags, number)
    guard raw >= 0 else { throw SystemError(operation: "open a socket for ICMP", errno: errno) }
    return FileDescriptor(owning: raw)
  }
}

private final class EchoHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let request: EchoRequest
  private let address: SocketAddress
  private let count: EchoCount
  private var isAnswered = false

  init(_ request: EchoRequest, to address: SocketAddress, _ count: EchoCount) {
    self.request = request
    self.address = address
    self.count = count
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard !isAnswered, envelope.remoteAddress.ipAddress == address.ipAddress,
      request.isAnswered(by: Array(envelope.data.readableBytesView.prefix(128)))
    else { return }
    isAnswered = true
    count.answered(address.ipAddress ?? "")
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    count.lost(address.ipAddress ?? "", error)
  }
}
