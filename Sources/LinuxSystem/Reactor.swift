import CLinux
import Glibc
import NetworkTypes

/// What a descriptor is watched for. Errors and hang-ups are always reported.
public struct Interest: OptionSet, Sendable, Hashable {
  /// The set's bits.
  public let rawValue: UInt32
  /// A set from its bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// Bytes, a message or a connection waits.
  public static let readable = Interest(rawValue: CLINUX_READABLE)
  /// There is room to write.
  public static let writable = Interest(rawValue: CLINUX_WRITABLE)
}

/// What a descriptor turned out to be ready for.
public struct Readiness: OptionSet, Sendable, Hashable {
  /// The set's bits.
  public let rawValue: UInt32
  /// A set from its bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// Bytes, a message or a connection waits.
  public static let readable = Readiness(rawValue: CLINUX_READABLE)
  /// There is room to write.
  public static let writable = Readiness(rawValue: CLINUX_WRITABLE)
  /// The other end hung up; what it wrote before may still wait.
  public static let hangUp = Readiness(rawValue: CLINUX_HANG_UP)
  /// An error waits to be fetched.
  public static let error = Readiness(rawValue: CLINUX_ERROR)
}

/// A process's one place to wait: descriptors by epoll(7), time by one timerfd with nanosecond precision.
///
/// A turn waits, reads the clock once, and calls the handlers of what is ready. A handler may watch, unwatch and modify
/// anything, itself included: what was unwatched is not called any more in the same turn, even if its number was reused.
/// Unwatch a descriptor *before* closing it. Steady turns allocate nothing.
public final class Reactor {
  /// Names one watched descriptor; it never names another one later.
  public struct Registration: Sendable, Hashable {
    let slot: Int
    let generation: UInt32
  }

  private struct Slot {
    var fd: Int32
    var generation: UInt32
    var interest: Interest
    var handler: ((Readiness) -> Void)?
  }

  /// The clock as read after the last wake-up; handlers use this one time for the whole turn.
  public private(set) var now: MonotonicInstant

  private let epoll: FileDescriptor
  let timer: FileDescriptor
  private let events: UnsafeMutableBufferPointer<clinux_event>
  private var slots: [Slot] = []
  private var freeSlots: [Int] = []
  private var armed: MonotonicInstant?
  private var isDispatching = false

  private static let timerToken = UInt64.max
  private static let eventsPerTurn = 64

  /// A reactor that watches nothing yet.
  public init() throws(SystemError) {
    epoll = FileDescriptor(owning: try checked(clinux_epoll_create(), "create epoll"))
    timer = FileDescriptor(owning: try checked(clinux_timerfd_create(), "create timer"))
    events = .allocate(capacity: Self.eventsPerTurn)
    events.initialize(repeating: clinux_event(token: 0, readiness: 0))
    now = MonotonicClock.now()
    // Edge-triggered, so an expired timer wakes the process once and never has to be read.
    try checked(
      clinux_epoll_add(epoll.rawValue, timer.rawValue, CLINUX_READABLE | CLINUX_EDGE, Self.timerToken), "watch timer")
  }

  deinit {
    events.deallocate()
  }

  /// How many descriptors are watched.
  public var watchedCount: Int { slots.count - freeSlots.count }

  /// Calls `handler` in each turn in which `fd` is ready for `interest`, hung up or in error (level-triggered).
  public func watch(
    _ fd: Int32, for interest: Interest, _ handler: @escaping (Readiness) -> Void
  ) throws(SystemError) -> Registration {
    let index = freeSlots.popLast() ?? slots.count
    if index == slots.count { slots.append(Slot(fd: -1, generation: 0, interest: [], handler: nil)) }
    let generation = slots[index].generation &+ 1
    let added = clinux_epoll_add(epoll.rawValue, fd, interest.rawValue, Self.token(index, generation))
    guard added >= 0 else {
      freeSlots.append(index)
      throw SystemError(operation: "watch descriptor", errno: -added, object: "\(fd)")
    }
    slots[index] = Slot(fd: fd, generation: generation, interest: interest, handler: handler)
    return Registration(slot: index, generation: generation)
  }

  /// Changes what a descriptor is watched for; nothing happens if it is no longer watched.
  public func modify(_ registration: Registration, for interest: Interest) throws(SystemError) {
    guard isCurrent(registration), slots[registration.slot].interest != interest else { return }
    let token = Self.token(registration.slot, registration.generation)
    let fd = slots[registration.slot].fd
    try checked(clinux_epoll_modify(epoll.rawValue, fd, interest.rawValue, token), "watch descriptor", "\(fd)")
    slots[registration.slot].interest = interest
  }

  /// Stops watching; nothing happens if it is no longer watched.
  public func unwatch(_ registration: Registration) {
    guard isCurrent(registration) else { return }
    _ = clinux_epoll_remove(epoll.rawValue, slots[registration.slot].fd)
    slots[registration.slot].handler = nil
    slots[registration.slot].fd = -1
    freeSlots.append(registration.slot)
  }

  /// One turn: waits until something is ready or `deadline` has come (`nil`: for ever), then calls the handlers.
  ///
  /// A deadline already past does not wait. Returns whether the deadline has come. Throws EBUSY when called by a handler.
  @discardableResult
  public func run(until deadline: MonotonicInstant?) throws(SystemError) -> Bool {
    guard !isDispatching else { throw SystemError(operation: "run the reactor from its own handler", errno: EBUSY) }
    let isPast = deadline.map { $0 <= MonotonicClock.now() } ?? false
    if !isPast { try arm(deadline) }
    let count = clinux_epoll_wait(epoll.rawValue, events.baseAddress, Int32(Self.eventsPerTurn), isPast ? 0 : -1)
    now = MonotonicClock.now()
    if count < 0, count != -EINTR { throw SystemError(operation: "wait for events", errno: -count) }
    isDispatching = true
    defer { isDispatching = false }
    for index in 0..<max(0, Int(count)) { dispatch(events[index]) }
    return deadline.map { $0 <= now } ?? false
  }

  private func arm(_ deadline: MonotonicInstant?) throws(SystemError) {
    guard deadline != armed else { return }
    // Zero would disarm instead of expiring at once; that instant is past for every caller anyway.
    try checked(clinux_timerfd_arm(timer.rawValue, deadline.map { max(1, $0.nanoseconds) } ?? 0), "arm timer")
    armed = deadline
  }

  private func dispatch(_ event: clinux_event) {
    guard event.token != Self.timerToken else { return }
    let index = Int(event.token & 0xFFFF_FFFF)
    guard index < slots.count, slots[index].generation == UInt32(event.token >> 32) else { return }
    slots[index].handler?(Readiness(rawValue: event.readiness))
  }

  private func isCurrent(_ registration: Registration) -> Bool {
    registration.slot < slots.count && slots[registration.slot].generation == registration.generation
      && slots[registration.slot].handler != nil
  }

  private static func token(_ slot: Int, _ generation: UInt32) -> UInt64 {
    UInt64(generation) << 32 | UInt64(slot)
  }
}

/// Where descriptors are watched: a reactor, or a loop on top of one.
public protocol DescriptorWatching: AnyObject {
  /// Calls `handler` whenever `fd` is ready.
  func watch(
    _ fd: Int32, for interest: Interest, _ handler: @escaping (Readiness) -> Void
  ) throws(SystemError) -> Reactor.Registration
  /// Changes what it is watched for.
  func modify(_ registration: Reactor.Registration, for interest: Interest) throws(SystemError)
  /// Ends that; to be called before the descriptor is closed.
  func unwatch(_ registration: Reactor.Registration)
}

extension Reactor: DescriptorWatching {}
