import NetworkTypes

/// Lanes of announcements that keep a distance from one another: those of a family on one interface, or on the
/// interfaces of a `garp_group`.
struct AnnouncementLanes {
  /// Least time between two announcements of each lane. The first lane is for announcements without one.
  let intervals: [Nanoseconds]
  /// Lane of each router's addresses, counted from its first; empty if none has a least time.
  let lanes: [[Int]]
  /// Lanes of each router's addresses.
  let lanesOfRouter: [[Int]]

  /// Lanes for announcements without a least time.
  static let free = AnnouncementLanes(intervals: [.zero], lanes: [])

  init(intervals: [Nanoseconds], lanes: [[Int]]) {
    self.intervals = intervals
    self.lanes = lanes
    lanesOfRouter = lanes.map { Array(Set($0)).sorted() }
  }

  func lane(of router: Int, position: Int) -> Int {
    guard lanes.indices.contains(router), lanes[router].indices.contains(position) else { return 0 }
    return lanes[router][position]
  }

  func lanes(of router: Int) -> [Int] { lanesOfRouter.indices.contains(router) ? lanesOfRouter[router] : [0] }
}

/// Order of announcements: gratuitous ARP for IPv4, unsolicited neighbour advertisements for IPv6.
///
/// Every router's first round comes before any second round, so that with thousands of addresses the last one is
/// announced before the first has been announced five times.
struct Announcer {
  private struct Item {
    let router: Int
    /// Number of cancellations of the router before it was asked for; one that is lower than theirs now is dropped.
    let era: Int
    /// Rounds left, including this one.
    var rounds: Int
    /// First address of each round, counted from the router's first.
    var start = 0
    /// Next address of this round.
    var position = 0
    /// End of the round; `nil` for the router's last address.
    var end: Int?
  }

  /// Waiting announcements of one lane.
  private struct Queue {
    let interval: Nanoseconds
    var items: [Item] = []
    var head = 0
    var notBefore = MonotonicInstant(nanoseconds: .min)

    var isEmpty: Bool { head == items.count }

    mutating func dropFirst() {
      head += 1
      if isEmpty {
        items.empty()
        head = 0
      }
      // The used front is removed now and then, so that the array does not grow for ever.
      if head > 64, head * 2 > items.count {
        items.removeSubrange(..<head)
        head = 0
      }
    }
  }

  private let lanes: AnnouncementLanes
  /// Number of cancellations of each router that has had any.
  private var eras: [Int: Int] = [:]
  private var queues: [Queue]
  /// Instant before which none leaves because the socket is full.
  private var notBefore = MonotonicInstant(nanoseconds: .min)

  init(_ lanes: AnnouncementLanes) {
    self.lanes = lanes
    queues = lanes.intervals.map { Queue(interval: $0) }
  }

  var isEmpty: Bool { queues.allSatisfy(\.isEmpty) }

  /// Instant at which the next announcement may leave; `nil` if none waits.
  var nextDeadline: MonotonicInstant? {
    queues.lazy.filter { !$0.isEmpty }.map { max($0.notBefore, notBefore) }.min()
  }

  mutating func announce(router: Int, rounds: Int) {
    guard rounds > 0 else { return }
    for lane in lanes.lanes(of: router) {
      queues[lane].items.append(Item(router: router, era: eras[router] ?? 0, rounds: rounds))
    }
  }

  /// Announces one of the router's addresses.
  mutating func announce(router: Int, position: Int, rounds: Int = 1) {
    guard rounds > 0 else { return }
    let lane = lanes.lane(of: router, position: position)
    queues[lane].items.append(
      Item(
        router: router, era: eras[router] ?? 0, rounds: rounds, start: position, position: position, end: position + 1))
  }

  /// Drops what waits of a router. It takes the same time however much waits: thousands may stop at once.
  mutating func cancel(router: Int) {
    guard !isEmpty else { return }
    eras[router, default: 0] += 1
  }

  /// Takes the next address to announce, of a router with `addresses(router)` addresses; `nil` if none may leave now.
  mutating func next(at now: MonotonicInstant, addresses: (Int) -> Int) -> (router: Int, position: Int)? {
    guard notBefore <= now else { return nil }
    // The lane without a least time comes last: of the others only few are due, and those should not wait for
    // thousands.
    for lane in queues.indices.reversed() where queues[lane].notBefore <= now {
      while !queues[lane].isEmpty {
        let item = queues[lane].items[queues[lane].head]
        guard item.era == eras[item.router] ?? 0 else {
          queues[lane].dropFirst()
          continue
        }
        let end = min(item.end ?? .max, addresses(item.router))
        let own = (item.position..<max(end, item.position)).first {
          lanes.lane(of: item.router, position: $0) == lane
        }
        if let own {
          queues[lane].items[queues[lane].head].position = own + 1
          return (item.router, own)
        }
        queues[lane].dropFirst()
        if item.rounds > 1 {
          queues[lane].items.append(
            Item(
              router: item.router, era: item.era, rounds: item.rounds - 1, start: item.start, position: item.start,
              end: item.end))
        }
      }
    }
    return nil
  }

  /// Records that an announcement has been sent, so that the least time is kept before the next.
  mutating func didSend(_ router: Int, position: Int, at now: MonotonicInstant) {
    let lane = lanes.lane(of: router, position: position)
    if queues[lane].interval > .zero { queues[lane].notBefore = now + queues[lane].interval }
  }

  /// Puts the address from ``next(at:addresses:)`` back because the socket is full. None leaves before `instant`.
  mutating func postpone(_ router: Int, position: Int, until instant: MonotonicInstant) {
    notBefore = max(notBefore, instant)
    let lane = lanes.lane(of: router, position: position)
    guard !queues[lane].isEmpty else { return }
    let head = queues[lane].head
    let item = queues[lane].items[head]
    if item.router == router, item.position == position + 1 { queues[lane].items[head].position = position }
  }
}
