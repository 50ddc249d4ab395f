import NetworkTypes
import VRRPCore

/// Severity of syslog, which journald reads from the start of a line (sd-daemon(3)).
public enum Severity: UInt8, Sendable, Comparable, CaseIterable {
  /// The daemon cannot go on.
  case critical = 2
  /// Something failed that an operator must attend to.
  case error = 3
  /// Something is wrong, but the service goes on.
  case warning = 4
  /// Something normal that operators want to see, such as a transition.
  case notice = 5
  /// Something normal.
  case info = 6
  /// Something of use only when looking for a fault.
  case debug = 7

  /// Orders from the most severe to the least.
  public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

  /// Name in structured logs.
  public var name: String { "\(self)" }
}

/// Event of the engine other than a transition. The prober writes its sentence.
public enum LogEvent: Sendable, Equatable {
  /// Reaction of this host when another host is master too.
  public enum Rivalry: UInt8, Sendable, CaseIterable {
    /// This host yields.
    case yields = 1
    /// This host stays master.
    case stays = 2
    /// This host has just become master in place of the other, which may not have heard of that yet.
    case replaces = 3
  }

  /// Reason for which an address was removed.
  public enum Removal: UInt8, Sendable, CaseIterable {
    /// No virtual router has the address any more.
    case notConfigured = 0
    /// The virtual router of the address is not master.
    case notMaster = 1
  }

  /// The engine runs. `isAdopted`: it goes on in the states of the previous engine.
  case engineRunning(routers: Int, isAdopted: Bool)
  /// An advert was dropped. `reason` is the raw value of its `VRRPWire` error.
  case advertisementDropped(reason: UInt8, from: IPAddress, on: String)
  /// A master's address list differs from this host's; its adverts are accepted all the same.
  case addressListDiffers(of: IPAddress)
  /// Another host is master too.
  case otherMaster(IPAddress, Priority, Rivalry)
  /// Another program removed an address of the engine's; it was added again and announced.
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
  /// A tracker that the engine itself watches has changed. `tracker` is its position.
  case trackerChanged(tracker: Int, TrackerStatus)
  /// Something optional is not available: what and why.
  case degraded(String)
  /// An address was removed that no router has, or whose router is not master.
  case addressRemoved(IPAddress, from: String, Removal)
  /// Another host answers for an address that this host holds (duplicate address).
  case duplicateAddress(IPAddress)
  /// Another program removed a route, a rule or a static address of the engine's, named as configured; it was added
  /// again.
  case entryPutBack(String)
  /// The kernel refused to add or remove a route, a rule or a static address, named as configured.
  case entryRefused(String, reason: String)
  /// The virtual routers start later, after this delay.
  case startDelayed(Nanoseconds)
  /// Another program changed an interface with a virtual MAC address; the change was undone.
  case linkRestored(String)
  /// A BFD session came up or went down. `reason` may be empty.
  case sessionChanged(session: String, neighbor: IPAddress, from: BFDState, to: BFDState, reason: String)
  /// A BFD packet was discarded. `session` is the name of the session, or empty if it is not known.
  case sessionPacketDiscarded(BFDDiscard, from: IPAddress, session: String)
  /// A signed advert was accepted although the sender's clock is ahead of this host's by more than half of what is
  /// allowed, or behind it.
  case clockSkew(of: IPAddress, seconds: Int, allowed: Int)
  /// An advert without an authentication trailer was accepted, as configured.
  case unsignedAdvertisement(from: IPAddress)
}
