import NetworkTypes
import Testing
import VRRPCore
import VRRPWire

@testable import Engine

@Suite struct WorkQueueTests {
  private let sizes = [3, 1, 0, 500]

  private func drain(_ queue: inout WorkQueue, limit: Int) -> [[WorkQueue.Step]] {
    var slices: [[WorkQueue.Step]] = []
    var steps: [WorkQueue.Step] = []
    while !queue.isEmpty, slices.count < 1000 {
      queue.takeSlice(limit: limit, count: { sizes[$0] }, into: &steps)
      slices.append(steps)
    }
    return slices
  }

  @Test func severalRoutersShareASlice() {
    var queue = WorkQueue(routerCount: 4)
    queue.append(.claim, router: 0)
    queue.append(.claim, router: 1)
    let slices = drain(&queue, limit: 64)
    #expect(
      slices == [
        [
          .init(router: 0, task: .claim, positions: 0..<3, isLast: true),
          .init(router: 1, task: .claim, positions: 0..<1, isLast: true),
        ]
      ])
  }

  @Test func aLargeTaskIsCutIntoSlices() {
    var queue = WorkQueue(routerCount: 4)
    queue.append(.release(resigns: false), router: 3)
    let slices = drain(&queue, limit: 128)
    #expect(slices.map { $0.map(\.positions) } == [[0..<128], [128..<256], [256..<384], [384..<500]])
    #expect(slices.map { $0.map(\.isLast) } == [[false], [false], [false], [true]])
  }

  @Test func aRouterWithoutAddressesIsDoneAtOnce() {
    var queue = WorkQueue(routerCount: 4)
    queue.append(.claim, router: 2)
    #expect(queue.holds(2))
    #expect(drain(&queue, limit: 1) == [[.init(router: 2, task: .claim, positions: 0..<0, isLast: true)]])
    #expect(!queue.holds(2))
  }

  @Test func aResignationWaitsForItsRelease() {
    var queue = WorkQueue(routerCount: 4)
    queue.append(.release(resigns: false), router: 0)
    queue.append(.claim, router: 1)
    let waits = [0, 1, 3].map { queue.resignAfterRelease(router: $0) }
    #expect(waits == [true, false, false])
    #expect(drain(&queue, limit: 64).flatMap { $0 }.first?.task == .release(resigns: true))
  }
}

@Suite struct AnnouncerTests {
  private let now = MonotonicInstant(nanoseconds: 1_000_000_000)

  private func take(_ announcer: inout Announcer, at instant: MonotonicInstant, sizes: [Int]) -> [[Int]] {
    var taken: [[Int]] = []
    while taken.count < 100, let next = announcer.next(at: instant, addresses: { sizes[$0] }) {
      taken.append([next.router, next.position])
      announcer.didSend(next.router, position: next.position, at: instant)
    }
    return taken
  }

  @Test func everyFirstRoundComesBeforeAnySecond() {
    var announcer = Announcer(.free)
    announcer.announce(router: 0, rounds: 2)
    announcer.announce(router: 1, rounds: 1)
    #expect(take(&announcer, at: now, sizes: [2, 1]) == [[0, 0], [0, 1], [1, 0], [0, 0], [0, 1]])
    #expect(announcer.isEmpty)
    #expect(announcer.nextDeadline == nil)
  }

  @Test func cancellingRemovesOneRouterOnly() {
    var announcer = Announcer(.free)
    announcer.announce(router: 0, rounds: 3)
    announcer.announce(router: 1, rounds: 1)
    _ = announcer.next(at: now, addresses: { _ in 2 })
    announcer.cancel(router: 0)
    #expect(take(&announcer, at: now, sizes: [2, 2]) == [[1, 0], [1, 1]])
  }

  @Test func whatIsAnnouncedAfterACancellationStays() {
    var announcer = Announcer(.free)
    announcer.announce(router: 0, rounds: 2)
    announcer.cancel(router: 0)
    announcer.announce(router: 0, rounds: 1)
    #expect(take(&announcer, at: now, sizes: [2]) == [[0, 0], [0, 1]])
    #expect(announcer.isEmpty && announcer.nextDeadline == nil)
  }

  @Test func oneAddressIsAnnouncedAlone() {
    var announcer = Announcer(.free)
    announcer.announce(router: 0, position: 2)
    announcer.announce(router: 0, position: 9)
    #expect(take(&announcer, at: now, sizes: [4]) == [[0, 2]])
    #expect(announcer.isEmpty)
  }

  @Test func oneAddressStaysAloneInEveryRound() {
    var announcer = Announcer(.free)
    announcer.announce(router: 0, position: 1, rounds: 3)
    announcer.announce(router: 1, rounds: 1)
    #expect(take(&announcer, at: now, sizes: [4, 1]) == [[0, 1], [1, 0], [0, 1], [0, 1]])
    #expect(announcer.isEmpty)
  }

  @Test func theConfiguredSpaceIsKept() {
    var announcer = Announcer(AnnouncementLanes(intervals: [.zero, .milliseconds(10)], lanes: [[1, 1, 1]]))
    announcer.announce(router: 0, rounds: 1)
    #expect(take(&announcer, at: now, sizes: [3]) == [[0, 0]])
    #expect(announcer.nextDeadline == now + .milliseconds(10))
    #expect(take(&announcer, at: now + .milliseconds(9), sizes: [3]) == [])
    #expect(take(&announcer, at: now + .milliseconds(10), sizes: [3]) == [[0, 1]])
  }

  @Test func eachLaneKeepsItsOwnSpaceAndNoOther() {
    // Router 0 has addresses in both lanes and one that needs no space; router 1 shares lane 1, router 2 is free.
    let lanes = AnnouncementLanes(
      intervals: [.zero, .milliseconds(10), .milliseconds(25)], lanes: [[1, 2, 1, 0], [1], [0, 0]])
    var announcer = Announcer(lanes)
    for router in 0...2 { announcer.announce(router: router, rounds: 2) }
    var left: [[Int]: [Int64]] = [:]
    for millisecond in 0...100 as ClosedRange<Int64> {
      for item in take(&announcer, at: now + .milliseconds(millisecond), sizes: [4, 1, 2]) {
        left[item, default: []].append(millisecond)
      }
    }
    #expect(
      left == [
        [0, 0]: [0, 30], [0, 2]: [10, 40], [1, 0]: [20, 50], [0, 1]: [0, 25], [0, 3]: [0, 0], [2, 0]: [0, 0],
        [2, 1]: [0, 0],
      ])
    #expect(announcer.isEmpty && announcer.nextDeadline == nil)
  }

  @Test func aFullSocketHoldsEveryLane() throws {
    var announcer = Announcer(AnnouncementLanes(intervals: [.zero, .milliseconds(10)], lanes: [[1, 0]]))
    announcer.announce(router: 0, rounds: 1)
    let taken = announcer.next(at: now, addresses: { _ in 2 })
    let first = try #require(taken)
    #expect(first.position == 0)
    announcer.postpone(first.router, position: first.position, until: now + .milliseconds(1))
    #expect(take(&announcer, at: now, sizes: [2]) == [])
    #expect(announcer.nextDeadline == now + .milliseconds(1))
    #expect(take(&announcer, at: now + .milliseconds(1), sizes: [2]) == [[0, 0], [0, 1]])
  }

  @Test func whatFindsNoRoomIsNotLost() throws {
    var announcer = Announcer(.free)
    announcer.announce(router: 0, rounds: 1)
    let taken = announcer.next(at: now, addresses: { _ in 2 })
    let next = try #require(taken)
    announcer.postpone(next.router, position: next.position, until: now + .milliseconds(1))
    #expect(take(&announcer, at: now, sizes: [2]) == [])
    #expect(take(&announcer, at: now + .milliseconds(1), sizes: [2]) == [[0, 0], [0, 1]])
  }
}

@Suite struct LogLimiterTests {
  private let now = MonotonicInstant(nanoseconds: 5_000_000_000)

  @Test func oneLinePerSenderAndKindAMinute() {
    var limiter = LogLimiter()
    let sender = IPAddress(v4: 1)
    let other = IPAddress(v4: 2)
    let asked: [(AdvertisementError, IPAddress, Int64)] = [
      (.checksum, sender, 0), (.checksum, sender, 59), (.version, sender, 59), (.checksum, other, 59),
      (.checksum, sender, 60),
    ]
    let answers = asked.map { limiter.shouldLog(.advertisement($0.0), from: $0.1, at: now + .seconds($0.2)) }
    #expect(answers == [true, false, true, true, true])
  }

  @Test func tenThousandForgedSendersWriteFewLines() {
    var limiter = LogLimiter()
    var lines = 0
    for sender in 0..<10_000
    where limiter.shouldLog(.advertisement(.checksum), from: IPAddress(v4: UInt32(sender)), at: now) {
      lines += 1
    }
    #expect(lines == LogLimiter.capacity + 1)
    // A minute later the places are free again.
    let later = limiter.shouldLog(.advertisement(.checksum), from: IPAddress(v4: 99_999), at: now + .seconds(61))
    #expect(later)
  }
}

@Suite struct RouterIndexTests {
  @Test func findsByInterfaceAndIdentifier() throws {
    var index = RouterIndex(routerCount: 3)
    let first = index.addTable()
    let second = index.addTable()
    let identifier = try #require(VirtualRouterID(51))
    index.insert(0, virtualRouterID: identifier, table: first)
    index.insert(1, virtualRouterID: identifier, table: first)
    index.insert(2, virtualRouterID: identifier, table: second)
    #expect(index.first(virtualRouterID: 51, table: first) == 1)
    #expect(index.next(after: 1) == 0)
    #expect(index.next(after: 0) == nil)
    #expect(index.first(virtualRouterID: 51, table: second) == 2)
    #expect(index.first(virtualRouterID: 52, table: first) == nil)
    #expect(index.first(virtualRouterID: 51, table: 7) == nil)
  }
}
