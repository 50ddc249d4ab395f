import NetworkTypes

/// Which announcement goes out next: gratuitous ARP for IPv4, unsolicited neighbour advertisement for IPv6.
///
/// Every router's first round comes before anybody's second, so that with thousands of addresses the last one is not announced only
/// after the first has been announced five times.
struct Announcer {
  struct Item: Equatable {
    let router: Int
    /// Rounds still to go, this one among them.
    var rounds: Int
    /// The next address of this round, counted from the router's first.
    var position = 0
    /// Where the round ends; `nil` for after the router's last address.
    var end: Int?
  }

  /// Between two announcements when the configuration spaces them (`vrrp_garp_interval`, `vrrp_gna_interval`).
  private let garpInterval: Nanoseconds
  private let neighborInterval: Nanoseconds
  private var items: [Item] = []
  private var head = 0
  private var notBefore = MonotonicInstant(nanoseconds: .min)

  init(garpInterval: Nanoseconds, neighborInterval: Nanoseconds) {
    self.garpInterval = garpInterval
    self.neighborInterval = neighborInterval
  }

  var isEmpty: Bool { head == items.count }

  /// When the next announcement may leave; `nil` when none waits.
  var nextDeadline: MonotonicInstant? { isEmpty ? nil : notBefore }

  mutating func announce(router: Int, rounds: Int) {
    if rounds > 0 { items.append(Item(router: router, rounds: rounds)) }
  }

  /// Announces one of the router's addresses once.
  mutating func announce(router: Int, position: Int) {
    items.append(Item(router: router, rounds: 1, position: position, end: position + 1))
  }

  mutating func cancel(router: Int) {
    items.removeSubrange(..<head)
    head = 0
    items.removeAll { $0.router == router }
  }

  /// Takes the next address to announce, of a router that has `addresses(router)` of them; `nil` when none may leave now.
  mutating func next(at now: MonotonicInstant, addresses: (Int) -> Int) -> (router: Int, position: Int)? {
    while !isEmpty, notBefore <= now {
      let item = items[head]
      if item.position < min(item.end ?? .max, addresses(item.router)) {
        items[head].position += 1
        return (item.router, item.position)
      }
      dropFirst()
      if item.rounds > 1 { items.append(Item(router: item.router, rounds: item.rounds - 1)) }
    }
    return nil
  }

  /// Says that an announcement has left, so that the configured space is kept before the next.
  mutating func didSend(_ family: AddressFamily, at now: MonotonicInstant) {
    let space = family == .ipv4 ? garpInterval : neighborInterval
    if space > .zero { notBefore = now + space }
  }

  /// Puts the address that ``next(at:addresses:)`` gave back, because the socket is full; none leaves before `instant`.
  mutating func postpone(_ router: Int, position: Int, until instant: MonotonicInstant) {
    notBefore = max(notBefore, instant)
    if !isEmpty, items[head].router == router, items[head].position == position + 1 { items[head].position = position }
  }

  private mutating func dropFirst() {
    head += 1
    // The used front is given back now and then, so that rounds which follow each other do not grow the array for ever.
    if head > 64, head * 2 > items.count {
      items.removeSubrange(..<head)
      head = 0
    }
  }
}
