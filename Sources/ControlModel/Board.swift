import NetworkTypes
import Synchronization
import VRRPCore

/// Reason for which a shared-memory segment cannot be read as a board.
public enum BoardError: Error, Sendable, Equatable {
  /// The segment is smaller than its header says.
  case truncated
  /// The segment is no board, or a board with another layout.
  case layout
  /// The board has more records than the layout allows.
  case size
}

/// View of the board in shared memory. The memory must stay mapped for as long as the view exists.
///
/// Each record has a sequence number, which is odd while the engine writes. A reader copies a record and uses the copy
/// only if the number was even and did not change meanwhile, so that reading never delays the engine.
public struct Board: @unchecked Sendable {
  let memory: UnsafeMutableRawBufferPointer
  /// Number of virtual routers on the board.
  public let routerCount: Int
  /// Number of addresses on the board.
  public let addressCount: Int
  /// Number of trackers on the board.
  public let trackerCount: Int
  /// Number of routes, rules and static addresses on the board.
  public let entryCount: Int
  /// Number of BFD sessions on the board.
  public let sessionCount: Int
  /// Number of replay marks on the board.
  public let markCount: Int
  /// Bytes reserved for ready packets.
  public let packetBytes: Int

  /// Bytes that header, records and packets occupy.
  var size: Int { packetsStart + packetBytes }

  /// Size in bytes of a board with these numbers of records.
  /// - Throws: ``BoardError/size`` if a number exceeds what a board may have.
  public static func size(
    routers: Int, addresses: Int, trackers: Int, entries: Int = 0, sessions: Int = 0, marks: Int = 0, packetBytes: Int
  ) throws(BoardError) -> Int {
    let counts = 0...BoardLayout.mostRecords
    guard counts.contains(routers), counts.contains(addresses), counts.contains(trackers),
      counts.contains(entries), counts.contains(sessions), counts.contains(marks),
      (0...BoardLayout.mostPacketBytes).contains(packetBytes)
    else { throw .size }
    return BoardLayout.headerSize + routers * BoardLayout.routerSize + addresses * BoardLayout.addressSize
      + trackers * BoardLayout.trackerSize + entries * BoardLayout.entrySize
      + sessions * BoardLayout.sessionSize + marks * BoardLayout.markSize + packetBytes
  }

  /// Lays out a new board in zeroed memory.
  /// - Throws: ``BoardError/truncated`` if the memory is smaller than ``size(routers:addresses:trackers:entries:sessions:marks:packetBytes:)``.
  public init(
    creatingIn memory: UnsafeMutableRawBufferPointer, routers: Int, addresses: Int, trackers: Int, entries: Int = 0,
    sessions: Int = 0, marks: Int = 0, packetBytes: Int
  ) throws(BoardError) {
    let size = try Self.size(
      routers: routers, addresses: addresses, trackers: trackers, entries: entries, sessions: sessions,
      marks: marks, packetBytes: packetBytes)
    guard memory.count >= size else { throw .truncated }
    self.memory = memory
    routerCount = routers
    addressCount = addresses
    trackerCount = trackers
    entryCount = entries
    sessionCount = sessions
    markCount = marks
    self.packetBytes = packetBytes
    self[HeaderField.version] = BoardLayout.version
    self[HeaderField.routerCount] = UInt32(routers)
    self[HeaderField.addressCount] = UInt32(addresses)
    self[HeaderField.trackerCount] = UInt32(trackers)
    self[HeaderField.entryCount] = UInt32(entries)
    self[HeaderField.sessionCount] = UInt32(sessions)
    self[HeaderField.markCount] = UInt32(marks)
    self[HeaderField.packetBytes] = UInt32(packetBytes)
    self[HeaderField.magic] = BoardLayout.magic
  }

  /// Opens a board that an engine laid out.
  /// - Throws: ``BoardError/layout`` for another layout, ``BoardError/truncated`` if records would lie beyond the end.
  public init(opening memory: UnsafeMutableRawBufferPointer) throws(BoardError) {
    guard memory.count >= BoardLayout.headerSize else { throw .truncated }
    guard memory.load(fromByteOffset: HeaderField.magic.offset, as: UInt64.self) == BoardLayout.magic,
      memory.load(fromByteOffset: HeaderField.version.offset, as: UInt32.self) == BoardLayout.version
    else { throw .layout }
    func count(_ field: BoardField<UInt32>) -> Int { Int(memory.load(fromByteOffset: field.offset, as: UInt32.self)) }
    self.memory = memory
    routerCount = count(HeaderField.routerCount)
    addressCount = count(HeaderField.addressCount)
    trackerCount = count(HeaderField.trackerCount)
    entryCount = count(HeaderField.entryCount)
    sessionCount = count(HeaderField.sessionCount)
    markCount = count(HeaderField.markCount)
    packetBytes = count(HeaderField.packetBytes)
    let size = try Self.size(
      routers: routerCount, addresses: addressCount, trackers: trackerCount, entries: entryCount,
      sessions: sessionCount, marks: markCount, packetBytes: packetBytes)
    guard memory.count >= size else { throw .truncated }
  }

  subscript<Value: BitwiseCopyable>(field: BoardField<Value>) -> Value {
    get { memory.load(fromByteOffset: field.offset, as: Value.self) }
    nonmutating set { memory.storeBytes(of: newValue, toByteOffset: field.offset, as: Value.self) }
  }

  /// Record of the router at a position; `nil` beyond the last.
  public func router(_ index: Int) -> RouterRecord? {
    guard (0..<routerCount).contains(index) else { return nil }
    return RouterRecord(record: record(at: BoardLayout.headerSize, index, BoardLayout.routerSize))
  }

  /// Record of the address at a position; `nil` beyond the last.
  public func address(_ index: Int) -> AddressRecord? {
    guard (0..<addressCount).contains(index) else { return nil }
    return AddressRecord(record: record(at: addressesStart, index, BoardLayout.addressSize))
  }

  /// Record of the tracker at a position; `nil` beyond the last.
  public func tracker(_ index: Int) -> TrackerRecord? {
    guard (0..<trackerCount).contains(index) else { return nil }
    return TrackerRecord(record: record(at: trackersStart, index, BoardLayout.trackerSize))
  }

  /// Record of the route, rule or static address at a position; `nil` beyond the last.
  public func entry(_ index: Int) -> EntryRecord? {
    guard (0..<entryCount).contains(index) else { return nil }
    return EntryRecord(record: record(at: entriesStart, index, BoardLayout.entrySize))
  }

  /// Record of the BFD session at a position; `nil` beyond the last.
  public func session(_ index: Int) -> SessionRecord? {
    guard (0..<sessionCount).contains(index) else { return nil }
    return SessionRecord(record: record(at: sessionsStart, index, BoardLayout.sessionSize))
  }

  /// Record of the replay mark at a position; `nil` beyond the last.
  public func mark(_ index: Int) -> MarkRecord? {
    guard (0..<markCount).contains(index) else { return nil }
    return MarkRecord(record: record(at: marksStart, index, BoardLayout.markSize))
  }

  /// Memory for ready packets, after the last record.
  public var packets: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[packetsStart..<packetsStart + packetBytes])
  }

  private var addressesStart: Int { BoardLayout.headerSize + routerCount * BoardLayout.routerSize }
  private var trackersStart: Int { addressesStart + addressCount * BoardLayout.addressSize }

  private var entriesStart: Int { trackersStart + trackerCount * BoardLayout.trackerSize }

  private var sessionsStart: Int { entriesStart + entryCount * BoardLayout.entrySize }

  private var marksStart: Int { sessionsStart + sessionCount * BoardLayout.sessionSize }

  private var packetsStart: Int { marksStart + markCount * BoardLayout.markSize }

  private func record(at start: Int, _ index: Int, _ size: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[start + index * size..<start + (index + 1) * size])
  }
}

extension Board {
  /// Process ID of the engine that writes the board.
  public var enginePID: Int32 {
    get { self[HeaderField.enginePID] }
    nonmutating set { self[HeaderField.enginePID] = newValue }
  }

  /// Instant at which the first engine of this run started.
  public var startedAt: MonotonicInstant {
    get { MonotonicInstant(nanoseconds: self[HeaderField.startedAt]) }
    nonmutating set { self[HeaderField.startedAt] = newValue.nanoseconds }
  }

  /// Instant of the engine's last turn; it stays the same while the engine is held up.
  public var heartbeat: MonotonicInstant {
    get { MonotonicInstant(nanoseconds: self[HeaderField.heartbeat]) }
    nonmutating set { self[HeaderField.heartbeat] = newValue.nanoseconds }
  }

  /// Messages to the prober that were lost because the queue was full.
  public var droppedMessages: UInt64 {
    get { self[HeaderField.droppedMessages] }
    nonmutating set { self[HeaderField.droppedMessages] = newValue }
  }

  /// Adverts with a VRID that this host has not configured.
  public var unknownRouterDrops: UInt64 {
    get { self[HeaderField.unknownRouterDrops] }
    nonmutating set { self[HeaderField.unknownRouterDrops] = newValue }
  }

  /// Number of times that netlink messages were lost and all links and addresses were read again.
  public var overruns: UInt64 {
    get { self[HeaderField.overruns] }
    nonmutating set { self[HeaderField.overruns] = newValue }
  }

  /// True once the engine has handed over to the next one, and so received adverts to the last; false after a crash.
  public var hasYielded: Bool {
    get { self[HeaderField.yielded] == 1 }
    nonmutating set { self[HeaderField.yielded] = newValue ? 1 : 0 }
  }

  /// True once the engine has taken over and the records are valid.
  public var isRunning: Bool {
    get { self[HeaderField.running] == 1 }
    nonmutating set { self[HeaderField.running] = newValue ? 1 : 0 }
  }
}

/// Reading and writing of fields, and of texts with a length byte in front, for every kind of record.
protocol BoardRecord {
  var record: UnsafeMutableRawBufferPointer { get }
}

extension BoardRecord {
  subscript<Value: BitwiseCopyable>(field: BoardField<Value>) -> Value {
    get { record.load(fromByteOffset: field.offset, as: Value.self) }
    nonmutating set { record.storeBytes(of: newValue, toByteOffset: field.offset, as: Value.self) }
  }

  func text(at offset: Int, longest: Int) -> String {
    let count = min(Int(record[offset]), longest)
    return String(decoding: record[offset + 1..<offset + 1 + count], as: UTF8.self)
  }

  func setText(_ text: String, at offset: Int, longest: Int) {
    var count = 0
    for byte in text.utf8.prefix(longest) {
      record[offset + 1 + count] = byte
      count += 1
    }
    record[offset] = UInt8(count)
  }

  subscript(instant field: BoardField<Int64>) -> MonotonicInstant? {
    get {
      let nanoseconds = self[field]
      return nanoseconds == .min ? nil : MonotonicInstant(nanoseconds: nanoseconds)
    }
    nonmutating set { self[field] = newValue?.nanoseconds ?? .min }
  }

  func address(_ family: BoardField<UInt8>, _ high: BoardField<UInt64>, _ low: BoardField<UInt64>) -> IPAddress? {
    switch AddressFamily(rawValue: self[family]) {
    case .ipv4: IPAddress(v4: UInt32(truncatingIfNeeded: self[low]))
    case .ipv6: IPAddress(v6High: self[high], low: self[low])
    case nil: nil
    }
  }

  func setAddress(
    _ address: IPAddress?, _ family: BoardField<UInt8>, _ high: BoardField<UInt64>, _ low: BoardField<UInt64>
  ) {
    self[family] = address?.family.rawValue ?? 0
    self[high] = address?.high ?? 0
    self[low] = address?.low ?? 0
  }

  private var sequenceNumber: UnsafeMutablePointer<Atomic<UInt32>>? {
    record.baseAddress?.assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  /// Writes several fields so that a reader sees all of them or none.
  func write(_ body: () -> Void) {
    guard let sequenceNumber else { return }
    let number = sequenceNumber.pointee.load(ordering: .relaxed)
    sequenceNumber.pointee.store(number | 1, ordering: .relaxed)
    atomicMemoryFence(ordering: .releasing)
    body()
    sequenceNumber.pointee.store((number | 1) &+ 1, ordering: .releasing)
  }

  /// Reads several fields of one moment. After a thousand tries (an engine died while writing) the present values are
  /// taken.
  func read<Value>(_ body: () -> Value) -> Value {
    guard let sequenceNumber else { return body() }
    for _ in 0..<1000 {
      let before = sequenceNumber.pointee.load(ordering: .acquiring)
      guard before & 1 == 0 else { continue }
      let value = body()
      atomicMemoryFence(ordering: .acquiring)
      if sequenceNumber.pointee.load(ordering: .relaxed) == before { return value }
    }
    return body()
  }
}
