import HealthCore
import NetworkTypes
import VRRPCore

/// Message from the engine to the prober about something to log or to notify of.
public enum EngineMessage: Sendable, Equatable {
  /// A router changed its state. `number` counts the router's transitions, as its board record does.
  case transition(router: Int, number: UInt64, Transition, detail: String)
  /// A router's effective priority changed.
  case priorityChanged(router: Int, from: Priority, to: Priority)
  /// Something worth a log line. `router` is the position of the router that it is about, if there is one.
  case event(LogEvent, router: Int? = nil)
  /// The reason for a router's last transition has changed its text, or a new prober has to be told it.
  case detail(router: Int, text: String)
  /// Number of messages before this one that were lost because the queue was full.
  case dropped(UInt32)
}

extension EngineMessage {
  /// Message as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .transition(let router, let number, let transition, let detail):
      writer.write(1 as UInt8)
      writer.write(UInt32(clamping: router))
      writer.write(number)
      writer.write(transition.from.rawValue)
      writer.write(transition.to.rawValue)
      writer.write(transition.priority.rawValue)
      writer.write(transition.at.nanoseconds)
      let cause = EncodedCause(transition.cause)
      writer.write(cause.kind)
      writer.write(cause.address)
      writer.write(cause.number)
      writer.write(detail)
    case .priorityChanged(let router, let from, let to):
      writer.write(2 as UInt8)
      writer.write(UInt32(clamping: router))
      writer.write(from.rawValue)
      writer.write(to.rawValue)
    case .event(let event, let router):
      // 3 is what earlier releases send.
      writer.write(6 as UInt8)
      writer.write(Int32(clamping: router ?? -1))
      event.write(to: &writer)
    case .detail(let router, let text):
      writer.write(5 as UInt8)
      writer.write(UInt32(clamping: router))
      writer.write(text)
    case .dropped(let count):
      writer.write(4 as UInt8)
      writer.write(count)
    }
    return writer.bytes
  }

  /// Reads a message.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    switch try reader.read(UInt8.self) {
    case 1:
      let router = Int(try reader.read(UInt32.self))
      let number = try reader.read(UInt64.self)
      let from = try reader.readCase(RouterState.self)
      let to = try reader.readCase(RouterState.self)
      let priority = Priority(rawValue: try reader.read())
      let at = MonotonicInstant(nanoseconds: try reader.read())
      let encoded = EncodedCause(
        kind: try reader.read(), address: try reader.readAddress(), number: try reader.read())
      guard let cause = encoded.cause else { throw .invalid }
      self = .transition(
        router: router, number: number, Transition(from: from, to: to, cause: cause, priority: priority, at: at),
        detail: try reader.readText())
    case 2:
      self = .priorityChanged(
        router: Int(try reader.read(UInt32.self)), from: Priority(rawValue: try reader.read()),
        to: Priority(rawValue: try reader.read()))
    case 4:
      self = .dropped(try reader.read())
    case 5:
      self = .detail(router: Int(try reader.read(UInt32.self)), text: try reader.readText())
    case 6:
      let router = Int(try reader.read(Int32.self))
      self = .event(try LogEvent(from: &reader), router: router < 0 ? nil : router)
    default:
      throw .invalid
    }
  }
}

/// A `VRRPCore.Cause` in three plain fields, for messages and for the board.
struct EncodedCause: Equatable {
  var kind: UInt8
  var address: IPAddress?
  var number: Int64

  init(kind: UInt8, address: IPAddress?, number: Int64) {
    self.kind = kind
    self.address = address
    self.number = number
  }

  init(_ cause: Cause) {
    self.init(kind: 0, address: nil, number: 0)
    switch cause {
    case .started: kind = 1
    case .addressOwner: kind = 2
    case .masterDown(let master, let lastHeard):
      kind = 3
      address = master
      number = lastHeard?.nanoseconds ?? .min
    case .masterResigned(let master):
      kind = 4
      address = master
    case .higherPriority(let master, let priority):
      kind = 5
      address = master
      number = Int64(priority.rawValue)
    case .tieLost(let master, let priority):
      kind = 6
      address = master
      number = Int64(priority.rawValue)
    case .preempted(let master, let priority):
      kind = 7
      address = master
      number = Int64(priority.rawValue)
    case .trackerDown(let tracker):
      kind = 8
      number = Int64(tracker.rawValue)
    case .trackerUp(let tracker):
      kind = 9
      number = Int64(tracker.rawValue)
    case .interfaceDown: kind = 10
    case .interfaceUp: kind = 11
    case .sourceAddressLost: kind = 12
    case .sourceAddressFound: kind = 13
    case .syncGroup(let member):
      kind = 14
      number = Int64(member)
    case .shutdown: kind = 15
    case .adopted: kind = 16
    case .noPeers: kind = 17
    case .peersFound: kind = 18
    case .overdue(let silence):
      kind = 19
      number = silence.rawValue
    case .addressesRefused(let error):
      kind = 20
      number = Int64(error)
    case .addressesTaken: kind = 21
    }
  }

  /// Cause of these fields; `nil` if they contradict each other.
  var cause: Cause? {
    switch kind {
    case 1: .started
    case 2: .addressOwner
    case 3: .masterDown(master: address, lastHeard: number == .min ? nil : MonotonicInstant(nanoseconds: number))
    case 4: address.map(Cause.masterResigned)
    case 5: withMaster(Cause.higherPriority)
    case 6: withMaster(Cause.tieLost)
    case 7: withMaster(Cause.preempted)
    case 8: .trackerDown(TrackerID(rawValue: Int(number)))
    case 9: .trackerUp(TrackerID(rawValue: Int(number)))
    case 10: .interfaceDown
    case 11: .interfaceUp
    case 12: .sourceAddressLost
    case 13: .sourceAddressFound
    case 14: .syncGroup(member: Int(number))
    case 15: .shutdown
    case 16: .adopted
    case 17: .noPeers
    case 18: .peersFound
    case 19: .overdue(silence: Nanoseconds(rawValue: number))
    case 20: .addressesRefused(error: Int32(clamping: number))
    case 21: .addressesTaken
    default: nil
    }
  }

  private func withMaster(_ make: (IPAddress, Priority) -> Cause) -> Cause? {
    guard let address else { return nil }
    return make(address, Priority(rawValue: UInt8(clamping: number)))
  }
}
