import NetworkTypes
import VRRPCore

/// The syslog severities, as journald reads them from the start of a line (sd-daemon(3)).
public enum Severity: UInt8, Sendable, Comparable, CaseIterable {
  /// The daemon cannot go on.
  case critical = 2
  /// Something failed that an operator must see to.
  case error = 3
  /// Something is not as it should be; service goes on.
  case warning = 4
  /// Normal, and worth seeing: a transition.
  case notice = 5
  /// Normal.
  case info = 6
  /// Only of use when looking for a fault.
  case debug = 7

  /// Orders from grave to slight.
  public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

  /// The name in structured logs.
  public var name: String { "\(self)" }
}

/// Something the engine has to say besides what becomes of its routers; the prober puts it into words.
public enum LogEvent: Sendable, Equatable {
  /// What this host does when another one claims to be master too.
  public enum Rivalry: UInt8, Sendable, CaseIterable {
    /// It gives way.
    case yields = 1
    /// It stays master.
    case stays = 2
    /// It has just become master in the other's place, which may not have heard of that yet.
    case replaces = 3
  }

  /// Why an address was removed.
  public enum Removal: UInt8, Sendable, CaseIterable {
    /// No virtual router has it any more.
    case notConfigured = 0
    /// Its virtual router is not master.
    case notMaster = 1
  }

  /// The engine runs. `isAdopted`: it goes on in the states of the engine before it.
  case engineRunning(routers: Int, isAdopted: Bool)
  /// An advert was dropped. `reason`: the raw value of the wire's error.
  case advertisementDropped(reason: UInt8, from: IPAddress, on: String)
  /// A master's address list differs from ours; its adverts count all the same.
  case addressListDiffers(of: IPAddress)
  /// Another host also claims to be master.
  case otherMaster(IPAddress, Priority, Rivalry)
  /// Somebody removed an address of ours; it is back and announced.
  case addressPutBack(IPAddress, on: String)
  /// The kernel refused to add or remove an address.
  case addressRefused(IPAddress, on: String, errno: Int32)
  /// An interface came up or went down.
  case interfaceChanged(String, isUp: Bool)
  /// Netlink messages were lost; links and addresses were read anew.
  case netlinkOverrun
  /// Sending adverts failed; logged once until it works again.
  case sendFailed(on: String, errno: Int32)
  /// Sending a BFD session's packets failed; logged once until it works again.
  case sessionSendFailed(session: String, errno: Int32)
  /// A tracker that the engine looks after changed. `tracker`: its position.
  case trackerChanged(tracker: Int, TrackerStatus)
  /// Something optional is not to be had: what and why.
  case degraded(String)
  /// An address that no router has, or may have now, was removed.
  case addressRemoved(IPAddress, from: String, Removal)
  /// A second host answers for an address of ours (duplicate address).
  case duplicateAddress(IPAddress)
  /// Somebody removed a route, a rule or a static address of ours, named as configured; it is back.
  case entryPutBack(String)
  /// The kernel refused to add or remove a route, a rule or a static address, named as configured.
  case entryRefused(String, reason: String)
  /// The virtual routers start later, in so long a time.
  case startDelayed(Nanoseconds)
  /// Somebody changed an interface with a virtual MAC address; it is as it was.
  case linkRestored(String)
  /// A BFD session came up or went down. `reason` may be empty.
  case sessionChanged(session: String, neighbor: IPAddress, from: BFDState, to: BFDState, reason: String)
  /// A BFD packet was discarded. `session`: the name of the session, if it is known.
  case sessionPacketDiscarded(BFDDiscard, from: IPAddress, session: String)
  /// A signed advert was taken, but the sender's clock is ahead of ours by more than half of what is allowed, or behind it.
  case clockSkew(of: IPAddress, seconds: Int, allowed: Int)
  /// An advert without an authentication trailer was taken, as configured.
  case unsignedAdvertisement(from: IPAddress)
}
