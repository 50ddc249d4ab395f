import NetworkTypes
import VRRPCore

/// Field of a record on the board: a fixed offset, and a type whose bytes are stored as they are.
///
/// Offsets are fixed here and not by the compiler, so that an engine of the next release can read this one's board.
struct BoardField<Value: BitwiseCopyable> {
  let offset: Int
}

/// Layout of the board: one shared-memory segment with header, router records, address records, tracker records, kernel
/// entries, BFD sessions, replay marks and packets.
///
/// The engine is its only writer.
enum BoardLayout {
  static let magic: UInt64 = 0x4D41_5254_4C45_5431  // "MARTLET1"
  /// Number of the layout; it increases with every change of an offset below. A board with another number is not
  /// adopted.
  static let version: UInt32 = 6

  static let headerSize = 128
  static let routerSize = 608
  static let addressSize = 32
  static let trackerSize = 384
  static let entrySize = 384
  static let sessionSize = 320
  static let markSize = 32
  static let longestName = 63
  static let dropKinds = 32
  static let longestReason = 255
  static let longestRequest = 368

  /// Most records of a kind, far above what a host can serve, so that sizes cannot overflow.
  static let mostRecords = 1 << 20
  static let mostPacketBytes = 1 << 28
}

enum HeaderField {
  static let magic = BoardField<UInt64>(offset: 0)
  static let version = BoardField<UInt32>(offset: 8)
  static let routerCount = BoardField<UInt32>(offset: 12)
  static let addressCount = BoardField<UInt32>(offset: 16)
  static let trackerCount = BoardField<UInt32>(offset: 20)
  static let packetBytes = BoardField<UInt32>(offset: 24)
  static let enginePID = BoardField<Int32>(offset: 28)
  static let startedAt = BoardField<Int64>(offset: 32)
  /// Instant of the engine's last turn.
  static let heartbeat = BoardField<Int64>(offset: 40)
  static let droppedMessages = BoardField<UInt64>(offset: 48)
  static let unknownRouterDrops = BoardField<UInt64>(offset: 56)
  static let overruns = BoardField<UInt64>(offset: 64)
  /// 1 once the engine has taken over and the records are valid.
  static let running = BoardField<UInt32>(offset: 72)
  /// 1 once the engine has handed everything over to the next one.
  static let yielded = BoardField<UInt32>(offset: 76)
  static let entryCount = BoardField<UInt32>(offset: 80)
  static let sessionCount = BoardField<UInt32>(offset: 84)
  static let markCount = BoardField<UInt32>(offset: 88)
}

enum RouterField {
  static let sequence = BoardField<UInt32>(offset: 0)
  static let state = BoardField<UInt8>(offset: 4)
  static let version = BoardField<UInt8>(offset: 5)
  static let family = BoardField<UInt8>(offset: 6)
  static let virtualRouterID = BoardField<UInt8>(offset: 7)
  static let basePriority = BoardField<UInt8>(offset: 8)
  static let effectivePriority = BoardField<UInt8>(offset: 9)
  static let masterPriority = BoardField<UInt8>(offset: 10)
  static let faults = BoardField<UInt8>(offset: 11)
  static let interface = BoardField<Int32>(offset: 12)
  static let mainDeadline = BoardField<Int64>(offset: 16)
  static let preemptDeadline = BoardField<Int64>(offset: 24)
  static let announcementDeadline = BoardField<Int64>(offset: 32)
  static let refreshDeadline = BoardField<Int64>(offset: 40)
  static let lastHeard = BoardField<Int64>(offset: 48)
  static let transitionAt = BoardField<Int64>(offset: 56)
  static let activeInterval = BoardField<UInt16>(offset: 64)
  static let interval = BoardField<UInt16>(offset: 66)
  static let masterFamily = BoardField<UInt8>(offset: 68)
  static let causeFamily = BoardField<UInt8>(offset: 69)
  static let causeKind = BoardField<UInt8>(offset: 70)
  static let sourceFamily = BoardField<UInt8>(offset: 71)
  static let masterHigh = BoardField<UInt64>(offset: 72)
  static let masterLow = BoardField<UInt64>(offset: 80)
  static let causeHigh = BoardField<UInt64>(offset: 88)
  static let causeLow = BoardField<UInt64>(offset: 96)
  static let causeNumber = BoardField<Int64>(offset: 104)
  static let transitions = BoardField<UInt64>(offset: 112)
  // 8 bytes at 120 are free.
  static let counters = 128  // at most 16 UInt64 in the order of RouterCounter
  /// Last sightings of other hosts, 32 bytes each in the order of RouterSighting: time, address, number.
  static let sightings = [256, 288, 576]
  static let sourceHigh = BoardField<UInt64>(offset: 320)
  static let sourceLow = BoardField<UInt64>(offset: 328)
  static let firstAddress = BoardField<UInt32>(offset: 336)
  static let addressCount = BoardField<UInt32>(offset: 340)
  static let packetOffset = BoardField<UInt32>(offset: 344)
  static let packetLength = BoardField<UInt32>(offset: 348)
  static let destinationCount = BoardField<UInt32>(offset: 352)
  static let timeToLive = BoardField<UInt8>(offset: 356)
  static let refusals = BoardField<UInt8>(offset: 357)
  static let name = 360  // a length byte and at most 63 bytes
  static let previousState = BoardField<UInt8>(offset: 424)
  /// 1 if the packets of the ready resignation begin with their IPv4 header.
  static let wholePackets = BoardField<UInt8>(offset: 425)
  /// Interface with the router's virtual MAC address; 0 if it has none.
  static let virtualInterface = BoardField<Int32>(offset: 428)
  static let sequenceNumber = BoardField<UInt64>(offset: 432)
  static let firstMark = BoardField<UInt32>(offset: 440)
  static let markCount = BoardField<UInt32>(offset: 444)
  static let drops = 448  // 32 UInt32 by the raw value of the wire's error
}

enum AddressField {
  static let router = BoardField<UInt32>(offset: 0)
  static let interface = BoardField<Int32>(offset: 4)
  static let high = BoardField<UInt64>(offset: 8)
  static let low = BoardField<UInt64>(offset: 16)
  static let family = BoardField<UInt8>(offset: 24)
  static let prefixLength = BoardField<UInt8>(offset: 25)
  static let owned = BoardField<UInt8>(offset: 26)
  static let tentative = BoardField<UInt8>(offset: 27)
  /// Errno with which the kernel refused the address; 0 if it did not.
  static let refusal = BoardField<Int32>(offset: 28)
}

enum TrackerField {
  static let sequence = BoardField<UInt32>(offset: 0)
  static let condition = BoardField<UInt8>(offset: 4)
  static let result = BoardField<UInt8>(offset: 5)
  static let kind = BoardField<UInt8>(offset: 6)
  /// 1 if no run has finished and the result comes of `init_fail`.
  static let untried = BoardField<UInt8>(offset: 7)
  static let changedAt = BoardField<Int64>(offset: 8)
  /// Hash of what makes it the same tracker, so that a changed BFD session under an old name begins without a verdict.
  static let fingerprint = BoardField<UInt64>(offset: 16)
  static let status = BoardField<Int64>(offset: 24)
  static let name = 32
  static let reason = 104  // a length byte and at most 255 bytes
  static let until = BoardField<Int64>(offset: 360)
  /// Offset in the reason at which the check's own words begin.
  static let wordsStart = BoardField<UInt16>(offset: 368)
}

enum EntryField {
  static let owned = BoardField<UInt8>(offset: 0)
  static let requestLength = BoardField<UInt16>(offset: 4)
  static let fingerprint = BoardField<UInt64>(offset: 8)
  static let request = 16
}

enum MarkField {
  static let family = BoardField<UInt8>(offset: 0)
  static let number = BoardField<UInt64>(offset: 8)
  static let high = BoardField<UInt64>(offset: 16)
  static let low = BoardField<UInt64>(offset: 24)
}

/// Offsets of the fields in a sighting of 32 bytes.
enum SightingField {
  static let at = 0
  static let high = 8
  static let low = 16
  static let family = 24
  static let number = 25
}

/// Last sight of another host's adverts, which status warns about at once.
public enum RouterSighting: Int, Sendable, CaseIterable {
  /// Another host is master too. The number is its priority.
  case otherMaster
  /// An advert was refused. The number is the raw value of its `VRRPWire` error.
  case refusedAdvert
  /// An advert was accepted although its addresses are not those configured here.
  case otherAddresses
}

/// Counters of each virtual router.
public enum RouterCounter: Int, Sendable, CaseIterable {
  /// Adverts sent, including resignations.
  case advertisementsSent
  /// Valid adverts received.
  case advertisementsReceived
  /// Transitions to master.
  case becameMaster
  /// Transitions from master.
  case releasedMaster
  /// Adverts of priority 0 sent.
  case resignationsSent
  /// Adverts of priority 0 received.
  case resignationsReceived
  /// Addresses added again after another program removed them.
  case addressesPutBack
  /// Gratuitous ARPs and unsolicited neighbour advertisements sent.
  case announcementsSent
  /// Sends that failed.
  case sendErrors
  /// Adverts whose address list differed.
  case addressListErrors
  /// Times that another host sent adverts as master while this one was master.
  case otherMasters
  /// Longest delay of an advert after it was due, in nanoseconds.
  case greatestLateness
  /// Adverts without an authentication trailer that were accepted because not all hosts need to sign yet (`auth_hmac`).
  case unsignedAdvertisements
}
