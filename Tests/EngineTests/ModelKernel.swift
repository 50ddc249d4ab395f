import Glibc
import Netlink
import NetworkTypes

@testable import Engine

/// The addresses of a kernel as far as a keeper can tell: it takes and refuses, and says later what has happened.
struct ModelKernel: Hashable {
  enum Owner: Hashable {
    case martlet
    /// The host, or another program on it.
    case host
  }

  enum Refusal: Hashable, CaseIterable {
    /// It takes what it is asked for.
    case none
    /// It does nothing of what it is asked for, and says why.
    case forbidden
    /// It has no room just then.
    case noRoom
    /// It does what it is asked for, and its answer is lost.
    case noAnswer
  }

  enum Event: Hashable {
    case vanished(AddressPlace)
    case usable(AddressPlace)
    case duplicate(AddressPlace)
  }

  /// The addresses that are there, in the order in which they came.
  private(set) var addresses: [AddressPlace] = []
  private(set) var owners: [AddressPlace: Owner] = [:]
  /// Those that it does not answer for, since another host does.
  private(set) var duplicates: Set<AddressPlace> = []
  /// Those that another host answers for.
  var conflicts: Set<AddressPlace> = []
  var refusal = Refusal.none
  /// Interfaces that are gone.
  private(set) var goneLinks: Set<InterfaceIndex> = []
  /// With the first IPv4 address of an interface the others go.
  var removesOthersWithFirst = false
  /// Says nothing of what goes; no kernel does that.
  var isSilent = false
  /// What it has yet to say.
  var events: [Event] = []
  /// The same to an engine that was prepared and listens since; `nil` while there is none.
  var eventsForNext: [Event]?

  func holds(_ place: AddressPlace) -> Bool { owners[place] != nil }

  func isUp(_ interface: InterfaceIndex) -> Bool { !goneLinks.contains(interface) }

  mutating func apply(_ operation: AddressChange.Operation, _ place: AddressPlace) -> AddressChangeResult {
    switch refusal {
    case .forbidden: return .failed(EACCES)
    case .noRoom: return .failed(ENOBUFS)
    case .none, .noAnswer: break
    }
    let isAddition = operation != .remove
    let result: AddressChangeResult
    if goneLinks.contains(place.interface) {
      result = isAddition ? .failed(ENODEV) : .notThere
    } else if isAddition {
      result = add(place, .martlet) ? .done : .alreadyThere
    } else {
      result = remove(place) ? .done : .notThere
    }
    return refusal == .noAnswer ? .failed(ENOBUFS) : result
  }

  /// False if it is there already.
  @discardableResult
  mutating func add(_ place: AddressPlace, _ owner: Owner) -> Bool {
    guard owners[place] == nil else { return false }
    owners[place] = owner
    addresses.append(place)
    if place.prefix.address.family == .ipv6 {
      if conflicts.contains(place) { duplicates.insert(place) }
      say(conflicts.contains(place) ? .duplicate(place) : .usable(place))
    }
    return true
  }

  /// False if it is not there.
  @discardableResult
  mutating func remove(_ place: AddressPlace) -> Bool {
    guard owners[place] != nil else { return false }
    let isFirst = addresses.first { $0.interface == place.interface } == place
    drop(place)
    if removesOthersWithFirst, isFirst, place.prefix.address.family == .ipv4 {
      for other in addresses where other.interface == place.interface { drop(other) }
    }
    return true
  }

  mutating func setLink(_ interface: InterfaceIndex, isGone: Bool) {
    if isGone {
      goneLinks.insert(interface)
      for place in addresses where place.interface == interface { drop(place) }
    } else {
      goneLinks.remove(interface)
    }
  }

  private mutating func drop(_ place: AddressPlace) {
    owners[place] = nil
    addresses.removeAll { $0 == place }
    duplicates.remove(place)
    if !isSilent { say(.vanished(place)) }
  }

  private mutating func say(_ event: Event) {
    events.append(event)
    eventsForNext?.append(event)
  }
}

extension ModelKernel {
  /// What a look at all addresses shows.
  var states: [AddressState] {
    addresses.map {
      AddressState(
        prefix: $0.prefix, interface: $0.interface, flags: duplicates.contains($0) ? .duplicateDetected : [])
    }
  }
}
