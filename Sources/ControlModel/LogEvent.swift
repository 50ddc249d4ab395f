import NetworkTypes

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

/// Something the engine has to say, as fields: the prober puts it into words.
public struct LogEvent: Sendable, Equatable {
  /// What happened.
  public var kind: Kind
  /// The router it is about, by its position.
  public var router: Int?
  /// The host it is about.
  public var address: IPAddress?
  /// A number whose meaning the kind gives: a count, an errno, a priority, an error's raw value.
  public var number: Int64
  /// A name or reason whose meaning the kind gives.
  public var text: String

  /// An event of the given contents.
  public init(_ kind: Kind, router: Int? = nil, address: IPAddress? = nil, number: Int64 = 0, text: String = "") {
    self.kind = kind
    self.router = router
    self.address = address
    self.number = number
    self.text = text
  }

  /// What can happen.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// The engine runs. `number`: routers; `text`: `fresh` or `adopted`.
    case engineRunning = 1
    /// An advert was dropped. `number`: the error's raw value; `text`: the interface; `address`: the sender.
    case advertisementDropped = 2
    /// A master's address list differs from ours; its adverts count all the same. `address`: the master.
    case addressListDiffers = 3
    /// Another host also claims to be master. `address`: it; `number`: its priority; `text`: `yields` or `stays`, or `replaces` if
    /// this one has just become master in its place.
    case otherMaster = 4
    /// Somebody removed an address of ours; it is back and announced. `address`: it; `text`: the interface.
    case addressPutBack = 5
    /// The kernel refused to add or remove an address. `address`: it; `number`: errno; `text`: the interface.
    case addressRefused = 6
    /// An interface changed. `text`: its name; `number`: 1 when it came up.
    case interfaceChanged = 7
    /// Netlink messages were lost; links and addresses were read anew.
    case netlinkOverrun = 8
    /// Sending failed; logged once until it works again. `number`: errno; `text`: the interface.
    case sendFailed = 9
    /// A tracker changed. `text`: its name; `number`: a status's raw value.
    case trackerChanged = 10
    /// Something optional is not to be had. `text`: what and why.
    case degraded = 11
    /// An address that no router has any more was removed. `address`: it; `text`: the interface.
    case addressRemoved = 12
    /// An advert left late. `number`: nanoseconds.
    case advertisementLate = 13
    /// A second host answers for an address of ours (duplicate address). `address`: it.
    case duplicateAddress = 14
    /// Somebody removed a route, a rule or a static address of ours; it is back. `text`: it, as configured.
    case entryPutBack = 15
    /// The kernel refused to add or remove a route, a rule or a static address. `text`: it, as configured, and the kernel's words.
    case entryRefused = 16
    /// The virtual routers start later. `number`: in so many nanoseconds.
    case startDelayed = 17
    /// Somebody changed an interface with a virtual MAC address; it is as it was. `text`: its name.
    case linkRestored = 18
    /// A BFD session changed. `address`: the neighbour; `number`: the new state's raw value; `text`: its name, and why.
    case sessionChanged = 30
    /// A BFD packet was discarded. `address`: the sender; `number`: the reason's raw value; `text`: the session's name if it is
    /// known.
    case sessionPacketDiscarded = 31
    /// A signed advert was taken, but more than half of what is allowed lies between the sender's clock and ours. `address`: the
    /// sender; `number`: how many seconds its clock is ahead; `text`: how many are allowed.
    case clockSkew = 40
    /// An advert without an authentication trailer was taken, as configured. `address`: the sender.
    case unsignedAdvertisement = 41
  }

  func write(to writer: inout MessageWriter) {
    writer.write(kind.rawValue)
    writer.write(Int32(clamping: router ?? -1))
    writer.write(address)
    writer.write(number)
    writer.write(text)
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    kind = try reader.readCase()
    let router = try reader.read(Int32.self)
    self.router = router < 0 ? nil : Int(router)
    address = try reader.readAddress()
    number = try reader.read()
    text = try reader.readText()
  }
}
