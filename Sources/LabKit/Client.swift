import Glibc
import NetworkTypes
import Synchronization

/// Echo requests sent from a host to a floating address at a steady pace, with what became of each.
///
/// The kernel of whichever host holds the address answers. The client's neighbour cache is the kernel's own: it finds
/// the new holder the way any machine on the LAN does.
public final class Client: Sendable {
  /// One request.
  public struct Request: Sendable, Hashable {
    /// When it left.
    public let sent: MonotonicInstant
    /// When the answer came, if one did.
    public var answered: MonotonicInstant?
  }

  /// What became of the requests in a span of time.
  public struct Summary: Sendable, Hashable {
    /// How many were sent.
    public let sent: Int
    /// How many were answered.
    public let answered: Int
    /// The longest time in which no request was answered, to the precision of the pace.
    public let longestOutage: Nanoseconds
  }

  /// The address asked.
  public let target: IPAddress
  /// From one request to the next.
  public let pace: Nanoseconds
  private let requests = Mutex<[Request]>([])
  private let running = Atomic<Bool>(true)
  private let stopped = Atomic<Bool>(false)
  private let descriptor: Int32
  private let identifier: UInt16

  /// Starts asking `target` from `host` every `pace`; see ``Host/ask(_:every:)``.
  init(on host: Host, asking target: IPAddress, every pace: Nanoseconds) throws(LabError) {
    self.target = target
    self.pace = pace
    identifier = UInt16.random(in: 1...UInt16.max)
    descriptor = try inNamespace(host.namespace) { () throws(LabError) in
      let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
      let descriptor =
        target.family == .ipv4
        ? socket(AF_INET, kind, Int32(IPPROTO_ICMP)) : socket(AF_INET6, kind, Int32(IPPROTO_ICMPV6))
      guard descriptor >= 0 else { throw LabError(call: "echo socket", on: host.name) }
      return descriptor
    }
    try NamespaceThread(namespace: nil) { [self] _ in
      ask()
      close(descriptor)
      stopped.store(true, ordering: .releasing)
    }.detach()
  }

  /// All requests so far.
  public var all: [Request] { requests.withLock { $0 } }

  /// What became of the requests that left between two instants.
  ///
  /// A request that has had no time to be answered yet is left out.
  public func summary(
    since start: MonotonicInstant = .init(nanoseconds: 0), until end: MonotonicInstant = .labNow()
  ) -> Summary {
    let latest = min(end, MonotonicInstant.labNow() - .milliseconds(50))
    let chosen = all.filter { $0.sent >= start && $0.sent <= latest }
    var outage = Nanoseconds.zero
    var lastAnswered = chosen.first?.sent
    for request in chosen where request.answered != nil {
      if let last = lastAnswered { outage = max(outage, request.sent - last - pace) }
      lastAnswered = request.sent
    }
    if let last = lastAnswered, let final = chosen.last { outage = max(outage, final.sent - last - pace) }
    return Summary(sent: chosen.count, answered: chosen.count { $0.answered != nil }, longestOutage: outage)
  }

  /// Whether a request sent after this call is answered within `bound`.
  public func reaches(within bound: Nanoseconds = .seconds(2)) async -> Bool {
    let mark = requests.withLock { $0.count }
    return await eventually(within: bound) {
      self.requests.withLock { $0[min(mark, $0.count)...].contains { $0.answered != nil } }
    }
  }

  /// Stops asking; what was recorded stays. A lab stops all of its clients when it closes.
  public func stop() {
    running.store(false, ordering: .releasing)
    while !stopped.load(ordering: .acquiring) { usleep(1000) }
  }

  // MARK: The thread

  private func ask() {
    var next = MonotonicInstant.labNow()
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while running.load(ordering: .acquiring) {
      let now = MonotonicInstant.labNow()
      if now >= next {
        send(at: now)
        next = max(next + pace, now)
      }
      // Rounded up: `poll` counts whole milliseconds, and would be asked without a pause through the last one.
      let wait = max(0, (next - MonotonicInstant.labNow()).rawValue + 999_999) / 1_000_000
      if poll(&ready, 1, Int32(clamping: wait)) > 0 { receive() }
    }
  }

  private func send(at now: MonotonicInstant) {
    let sequence = requests.withLock { requests in
      requests.append(Request(sent: now))
      return UInt32(truncatingIfNeeded: requests.count - 1)
    }
    // Echo request: type, code, checksum, identifier, sequence; the number of the request follows in full.
    var packet: [UInt8] = [target.family == .ipv4 ? 8 : 128, 0, 0, 0]
    packet += [UInt8(identifier >> 8), UInt8(identifier & 0xFF), UInt8(sequence >> 8 & 0xFF), UInt8(sequence & 0xFF)]
    packet += (0..<4).map { UInt8(truncatingIfNeeded: sequence >> (24 - 8 * UInt32($0))) }
    if target.family == .ipv4 {
      let sum = Self.checksum(packet)
      packet[2] = UInt8(sum >> 8)
      packet[3] = UInt8(sum & 0xFF)
    }
    // A refusal (no neighbour yet) is an unanswered request, which is what is measured.
    _ = target.withSocketAddress { address, length in
      sendto(descriptor, packet, packet.count, 0, address, length)
    }
  }

  private func receive() {
    var buffer = [UInt8](repeating: 0, count: 2048)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      let now = MonotonicInstant.labNow()
      let start = target.family == .ipv4 ? Int(buffer[0] & 0x0F) * 4 : 0
      guard count >= start + 12 else { continue }
      let reply: UInt8 = target.family == .ipv4 ? 0 : 129
      let echo = buffer[start..<(start + 12)]
      guard echo[start] == reply, UInt16(echo[start + 4]) << 8 | UInt16(echo[start + 5]) == identifier else { continue }
      let sequence = echo[(start + 8)...].reduce(0) { $0 << 8 | Int($1) }
      requests.withLock { requests in
        guard requests.indices.contains(sequence), requests[sequence].answered == nil else { return }
        requests[sequence].answered = now
      }
    }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count - 1, by: 2) {
      sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
    }
    while sum >> 16 != 0 { sum = (sum & 0xFFFF) + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }
}

extension IPAddress {
  /// Calls `body` with the address as the kernel takes it, port 0.
  func withSocketAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
    var storage = sockaddr_storage()
    let length = family == .ipv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    withUnsafeMutableBytes(of: &storage) { bytes in
      let number = UInt16(family == .ipv4 ? AF_INET : AF_INET6)
      bytes.storeBytes(of: number, as: UInt16.self)
      let offset = family == .ipv4 ? 4 : 8
      for (index, byte) in self.bytes.enumerated() { bytes[offset + index] = byte }
    }
    return withUnsafePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
    }
  }
}
