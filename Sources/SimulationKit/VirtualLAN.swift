import NetworkTypes
import SeededRandom

/// How a network treats what is sent over it.
public struct LinkConditions: Sendable, Hashable {
  /// The least and the greatest time a packet takes, in microseconds.
  public var delay: ClosedRange<Int64>
  /// Packets of a thousand that are lost.
  public var lossPerMille: Int
  /// Packets of a thousand that arrive twice.
  public var duplicationPerMille: Int
  /// Packets of a thousand that are held up, so that later ones overtake them.
  public var reorderingPerMille = 0
  /// The longest that such a packet is held up.
  public var holdUp = Nanoseconds.zero
  /// Packets of a thousand that arrive with a wrong byte.
  public var corruptionPerMille = 0

  /// Conditions with delays in microseconds; those of an idle switch unless said otherwise.
  public init(delayMicroseconds: ClosedRange<Int64> = 50...200, lossPerMille: Int = 0, duplicationPerMille: Int = 0) {
    delay = delayMicroseconds
    self.lossPerMille = lossPerMille
    self.duplicationPerMille = duplicationPerMille
  }

  /// The longest time a packet takes.
  public var longestDelay: Nanoseconds { .microseconds(delay.upperBound) + (reorderingPerMille > 0 ? holdUp : .zero) }

  /// Whether everything arrives.
  var isReliable: Bool { lossPerMille == 0 && corruptionPerMille == 0 }
}

/// What becomes of one copy of a packet.
struct Passage {
  /// How long it takes.
  var delay: Nanoseconds
  /// Which of its bytes arrives wrong, counted round the packet's length; `nil` for none.
  var corruptedByte: Int?
}

/// The LANs of a cluster, and which directions between two hosts are cut on them.
struct Network: Sendable {
  private struct Direction: Hashable {
    let lan: Int
    let sender: Int
    let receiver: Int
  }

  /// How they treat packets.
  var conditions: LinkConditions
  private let lanCount: Int
  private var cut: Set<Direction> = []

  init(lans: Int, conditions: LinkConditions) {
    lanCount = lans
    self.conditions = conditions
  }

  /// Whether packets pass on a LAN from one host to another.
  func passes(on lan: Int, from sender: Int, to receiver: Int) -> Bool {
    cut.isEmpty || !cut.contains(Direction(lan: lan, sender: sender, receiver: receiver))
  }

  /// Opens or cuts one direction, on one LAN or on all.
  mutating func set(on lan: Int?, from sender: Int, to receiver: Int, open: Bool) {
    for lan in lan.map({ $0...$0 }) ?? 0...max(0, lanCount - 1) {
      let direction = Direction(lan: lan, sender: sender, receiver: receiver)
      if open { cut.remove(direction) } else { cut.insert(direction) }
    }
  }

  /// Opens every direction.
  mutating func heal() { cut.removeAll() }

  /// What becomes of each copy of a packet that is sent now: there is none when it is lost, and two when it is doubled.
  func copies(using random: inout SeededGenerator) -> (first: Passage?, second: Passage?) {
    guard !random.strikes(conditions.lossPerMille) else { return (nil, nil) }
    let isDoubled = random.strikes(conditions.duplicationPerMille)
    let first = passage(using: &random)
    return (first, isDoubled ? passage(using: &random) : nil)
  }

  private func passage(using random: inout SeededGenerator) -> Passage {
    var passage = Passage(delay: .microseconds(Int64.random(in: conditions.delay, using: &random)))
    if random.strikes(conditions.reorderingPerMille) {
      let holdUp = Int64.random(in: 0...max(0, conditions.holdUp.rawValue), using: &random)
      passage.delay = passage.delay + Nanoseconds(rawValue: holdUp)
    }
    if random.strikes(conditions.corruptionPerMille) { passage.corruptedByte = Int(random.next() >> 1) }
    return passage
  }
}

extension SeededGenerator {
  /// Whether something that happens to so many of a thousand happens now.
  mutating func strikes(_ perMille: Int) -> Bool {
    perMille > 0 && Int.random(in: 0..<1000, using: &self) < perMille
  }
}
