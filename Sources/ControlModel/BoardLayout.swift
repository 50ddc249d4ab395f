import NetworkTypes
import VRRPCore

/// One field of a record on the board: a fixed offset and a type that is its own bytes.
///
/// Offsets are written down rather than left to the compiler, so that an engine of the next release reads this one's board.
struct BoardField<Value: BitwiseCopyable> {
  let offset: Int
}

/// The board: one shared-memory segment of header, router records, address records, tracker records,
/// kernel entries, BFD sessions, replay marks and packets.
///
/// The engine is its only writer.
enum BoardLayout {
  static let magic: UInt64 = 0x4D41_5254_4C45_5431  // "MARTLET1"
  /// Counts up with every change of an offset below; a board of another number is not adopted.
  static let version: UInt32 = 5

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

  /// Most records of a kind, far above what a host can serve; keeps the arithmetic on sizes from overflowing.
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
  /// When the engine last went round its loop.
  static let heartbeat = BoardField<Int64>(offset: 40)
  static let droppedMessages = BoardField<UInt64>(offset: 48)
  static let unknownRouterDrops = BoardField<UInt64>(offset: 56)
  static let overruns = BoardField<UInt64>(offset: 64)
  /// 1 once the engine has taken over and the records are true.
  static let running = BoardField<UInt32>(offset: 72)
  /// 1 once the engine has let go of everything for the next one.
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
  /// What was last seen of other hosts, 32 bytes each in the order of RouterSighting: time, address, number.
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
  /// The interface with the router's virtual MAC address; 0 if it has none.
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
  /// The errno with which the kernel refused the address; 0 if it did not.
  static let refusal = BoardField<Int32>(offset: 28)
}

enum TrackerField {
  static let sequence = BoardField<UInt32>(offset: 0)
  static let condition = BoardField<UInt8>(offset: 4)
  static let result = BoardField<UInt8>(offset: 5)
  static let kind = BoardField<UInt8>(offset: 6)
  /// 1 if the result is none of a run's (`init_fail`).
  static let untried = BoardField<UInt8>(offset: 7)
  static let changedAt = BoardField<Int64>(offset: 8)
  /// A hash of what is watched and how, so that a changed BFD session under an old name starts afresh.
  static let fingerprint = BoardField<UInt64>(offset: 16)
  static let status = BoardField<Int64>(offset: 24)
  static let name = 32
  static let reason = 104  // a length byte and at most 255 bytes
  static let until = BoardField<Int64>(offset: 360)
  /// Where the results' own words begin in the reason.
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

/// Where the fields of a sighting stand in its 32 bytes.
enum SightingField {
  static let at = 0
  static let high = 8
  static let low = 16
  static let family = 24
  static let number = 25
}

/// What an operator must know of another host's adverts as soon as it is so.
public enum RouterSighting: Int, Sendable, CaseIterable {
  /// Another host claims to be master too. The number is its priority.
  case otherMaster
  /// An advert was refused. The number is the raw value of the wire's error.
  case refusedAdvert
  /// An advert was obeyed though its addresses are not those configured here.
  case otherAddresses
}

/// What is counted for each virtual router.
public enum RouterCounter: Int, Sendable, CaseIterable {
  /// Adverts sent, the resignations among them.
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
  /// Addresses put back after somebody else removed them.
  case addressesPutBack
  /// Gratuitous ARPs and unsolicited neighbour advertisements sent.
  case announcementsSent
  /// Sends that failed.
  case sendErrors
  /// Adverts whose address list differed.
  case addressListErrors
  /// Times that another host claimed to be master while this one was.
  case otherMasters
  /// The most nanoseconds an advert left after its time.
  case greatestLateness
  /// Adverts without an authentication trailer that were taken because not all hosts need sign yet (`auth_hmac`).
  case unsignedAdvertisements
}
