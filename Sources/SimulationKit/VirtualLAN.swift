import NetworkTypes

/// How a network treats what is sent over it.
public struct LinkConditions: Sendable {
  /// The least and the greatest time a packet takes.
  public var delay: ClosedRange<Int64>
  /// Packets of a thousand that are lost.
  public var lossPerMille: Int
  /// Packets of a thousand that arrive twice.
  public var duplicationPerMille: Int

  /// Conditions with delays in microseconds; those of an idle switch unless said otherwise.
  public init(delayMicroseconds: ClosedRange<Int64> = 50...200, lossPerMille: Int = 0, duplicationPerMille: Int = 0) {
    delay = delayMicroseconds
    self.lossPerMille = lossPerMille
    self.duplicationPerMille = duplicationPerMille
  }

  /// The longest time a packet takes.
  public var longestDelay: Nanoseconds { .microseconds(delay.upperBound) }
}

/// One LAN between all hosts, whose directions can be cut one by one.
struct VirtualLAN {
  /// How it treats packets.
  let conditions: LinkConditions
  /// For each sender and receiver whether packets pass.
  private var isOpen: [[Bool]]

  init(hosts: Int, conditions: LinkConditions) {
    self.conditions = conditions
    isOpen = Array(repeating: Array(repeating: true, count: hosts), count: hosts)
  }

  /// Whether packets pass from one host to another.
  func passes(from sender: Int, to receiver: Int) -> Bool { isOpen[sender][receiver] }

  /// Opens or cuts one direction.
  mutating func set(from sender: Int, to receiver: Int, open: Bool) {
    isOpen[sender][receiver] = open
  }

  /// Opens every direction.
  mutating func heal() {
    for sender in isOpen.indices {
      for receiver in isOpen.indices { isOpen[sender][receiver] = true }
    }
  }

  /// How long each copy of a packet that is sent now will take: none when it is lost, two when it is doubled.
  func delays(using random: inout SeededGenerator) -> [Nanoseconds] {
    guard Int.random(in: 0..<1000, using: &random) >= conditions.lossPerMille else { return [] }
    let isDoubled = Int.random(in: 0..<1000, using: &random) < conditions.duplicationPerMille
    return (0..<(isDoubled ? 2 : 1)).map { _ in .microseconds(Int64.random(in: conditions.delay, using: &random)) }
  }
}
