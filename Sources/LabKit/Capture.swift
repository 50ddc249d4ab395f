import Glibc
import NetworkTypes
import Synchronization

/// A packet capture on a lab's bridge with the kernel's own time stamps: the judge of what happened when.
public final class Capture: Sendable {
  private struct State {
    var frames: [CapturedFrame] = []
    // Decoded once, as they come: tests ask for these again and again while they wait.
    var adverts: [CapturedAdvert] = []
    var announcements: [CapturedAnnouncement] = []
    var problem: LabError?

    mutating func append(_ frame: CapturedFrame) {
      frames.append(frame)
      if let advert = frame.advert { adverts.append(advert) }
      if let announcement = frame.announcement { announcements.append(announcement) }
    }
  }

  private let state = Mutex(State())
  private let running = Atomic<Bool>(true)
  private let stopped = Atomic<Bool>(false)
  private let descriptor: Int32
  /// Monotonic minus wall clock, taken once: a clock step in the middle of a capture bends no measurement.
  private let clockOffset = MonotonicInstant.wallClockOffset()

  /// Opens a packet socket in `namespace` and starts collecting from `interface`.
  init(namespace: String, interface: String) throws(LabError) {
    let socket = try inNamespace(namespace) { () throws(LabError) in try Self.open(interface) }
    descriptor = socket
    try NamespaceThread(namespace: nil) { [self] _ in
      collect()
      Glibc.close(descriptor)
      stopped.store(true, ordering: .releasing)
    }.detach()
  }

  // MARK: What was captured

  /// All frames so far.
  public var frames: [CapturedFrame] { state.withLock { $0.frames } }

  /// How many frames there are so far: a mark from which to look on.
  public var count: Int { state.withLock { $0.frames.count } }

  /// The frames from a mark on.
  public func frames(from mark: Int) -> ArraySlice<CapturedFrame> {
    state.withLock { $0.frames[min(mark, $0.frames.count)...] }
  }

  /// The frames at or after an instant.
  public func frames(since instant: MonotonicInstant) -> [CapturedFrame] {
    state.withLock { Self.since(instant, in: $0.frames, at: \.time) { _ in true } }
  }

  /// Adverts at or after an instant, of every virtual router or of one.
  public func adverts(vrid: UInt8? = nil, since instant: MonotonicInstant = .init(nanoseconds: 0)) -> [CapturedAdvert] {
    state.withLock { Self.since(instant, in: $0.adverts, at: \.time) { vrid == nil || $0.vrid == vrid } }
  }

  /// Gratuitous ARPs and unsolicited neighbour advertisements at or after an instant.
  public func announcements(
    of address: IPAddress, since instant: MonotonicInstant = .init(nanoseconds: 0)
  ) -> [CapturedAnnouncement] {
    state.withLock { Self.since(instant, in: $0.announcements, at: \.time) { $0.address == address } }
  }

  /// What lies at or after an instant and is wanted, found from the end: tests ask for the latest again and again while they wait,
  /// and a copy of all would make the collector copy all once more with its next frame.
  private static func since<Item>(
    _ instant: MonotonicInstant, in items: [Item], at time: KeyPath<Item, MonotonicInstant>,
    where isWanted: (Item) -> Bool
  ) -> [Item] {
    // Frames of two processors may have changed places by less than this.
    let early = instant - .milliseconds(100)
    let begin = (items.lastIndex { $0[keyPath: time] < early } ?? -1) + 1
    return items[begin...].filter { $0[keyPath: time] >= instant && isWanted($0) }
  }

  /// Waits for a frame that `pick` takes, looking at all frames from `mark` on; `nil` at the bound.
  public func first<Value>(
    from mark: Int = 0, within bound: Nanoseconds, _ pick: (CapturedFrame) -> Value?
  ) async throws -> Value? {
    var next = mark
    var found: Value?
    try await eventually(within: bound, every: .milliseconds(2)) {
      try check()
      let fresh = frames(from: next)
      next += fresh.count
      found = fresh.lazy.compactMap(pick).first
      return found != nil
    }
    return found
  }

  /// Throws what went wrong while collecting, lost frames included.
  public func check() throws(LabError) {
    if let problem = state.withLock({ $0.problem }) { throw problem }
  }

  /// Writes all frames so far as a pcap file with nanoseconds.
  public func writePcap(to path: String) throws(LabError) {
    let file = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw LabError(call: "open", on: path) }
    defer { Glibc.close(file) }
    let ethernet: UInt32 = 1
    var bytes: [UInt8] = []
    for word in [0xA1B2_3C4D, 0x0004_0002, 0, 0, 262_144, ethernet] as [UInt32] { bytes.append(littleEndian: word) }
    for frame in frames {
      let wall = frame.time.nanoseconds - clockOffset
      bytes.append(littleEndian: UInt32(truncatingIfNeeded: wall / 1_000_000_000))
      bytes.append(littleEndian: UInt32(truncatingIfNeeded: wall % 1_000_000_000))
      bytes.append(littleEndian: UInt32(truncatingIfNeeded: frame.bytes.count))
      bytes.append(littleEndian: UInt32(truncatingIfNeeded: frame.bytes.count))
      bytes += frame.bytes
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw LabError(call: "write", on: path) }
      rest = rest.dropFirst(count)
    }
  }

  /// Ends the capture; what was captured stays.
  public func stop() {
    running.store(false, ordering: .releasing)
    while !stopped.load(ordering: .acquiring) { usleep(1000) }
  }

  // MARK: The socket

  private static func open(_ interface: String) throws(LabError) -> Int32 {
    let everything: UInt16 = 0x0003
    let socket = Glibc.socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw LabError(call: "packet socket", on: interface) }
    do throws(LabError) {
      var version = FrameRing.version
      guard setsockopt(socket, FrameRing.level, FrameRing.versionOption, &version, 4) == 0 else {
        throw LabError(call: "packet version", on: interface)
      }
      var request = FrameRing.request
      guard setsockopt(socket, FrameRing.level, FrameRing.ringOption, &request, 16) == 0 else {
        throw LabError(call: "packet ring", on: interface)
      }
      // struct sockaddr_ll: family, protocol in network order, interface; the rest is for sending.
      var address = [UInt8](repeating: 0, count: 20)
      address.withUnsafeMutableBytes {
        $0.storeBytes(of: UInt16(AF_PACKET), toByteOffset: 0, as: UInt16.self)
        $0.storeBytes(of: everything.bigEndian, toByteOffset: 2, as: UInt16.self)
        $0.storeBytes(of: Int32(if_nametoindex(interface)), toByteOffset: 4, as: Int32.self)
      }
      let bound = address.withUnsafeBytes {
        bind(socket, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
      }
      guard bound == 0 else { throw LabError(call: "bind", on: interface) }
      return socket
    } catch {
      Glibc.close(socket)
      throw error
    }
  }

  private func collect() {
    var ring: FrameRing
    do throws(LabError) {
      ring = try FrameRing(of: descriptor)
    } catch {
      return state.withLock { $0.problem = error }
    }
    // This thread alone; on a busy machine frames are lost by whoever comes to them late.
    _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, -20)
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while running.load(ordering: .acquiring) {
      guard poll(&ready, 1, 20) > 0 else { continue }
      while let frame = ring.next(clockOffset: clockOffset) {
        state.withLock { $0.append(frame) }
      }
      noteLosses()
    }
  }

  /// A capture that lost frames proves nothing: the loss is kept as its problem.
  private func noteLosses() {
    let statistics: Int32 = 6
    var counts: [UInt32] = [0, 0]
    var length = socklen_t(8)
    guard getsockopt(descriptor, FrameRing.level, statistics, &counts, &length) == 0, counts[1] > 0 else { return }
    state.withLock { $0.problem = LabError("the capture lost \(counts[1]) frames") }
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian word: UInt32) {
    Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
  }
}
