import LabKit
import NetworkTypes

/// How much later than the protocol's minimum each takeover came, and the table of it.
struct TakeoverSamples {
  /// What is measured, in the order of the table.
  enum Quantity: String, CaseIterable {
    case crashAdvert = "crash: advert"
    case crashAnnouncement = "crash: gratuitous ARP"
    case plannedAdvert = "planned: advert"
    case plannedAnnouncement = "planned: gratuitous ARP"
  }

  private typealias Contender = TakeoverBenchmark.Contender
  private struct Key: Hashable {
    let quantity: Quantity
    let contender: Contender
  }

  private var values: [Key: [Double]] = [:]

  mutating func add(_ lateness: Nanoseconds, _ quantity: Quantity, _ contender: TakeoverBenchmark.Contender) {
    values[Key(quantity: quantity, contender: contender), default: []].append(lateness.inMilliseconds)
  }

  /// The median and the 99th percentile, the first of all values that 99 of 100 do not exceed.
  private func summary(_ quantity: Quantity, _ contender: Contender) -> (median: Double, percentile: Double)? {
    let sorted = (values[Key(quantity: quantity, contender: contender)] ?? []).sorted()
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return (median, sorted[(sorted.count * 99 + 99) / 100 - 1])
  }

  /// Prints each contender's figures, and martlet's against the floor's and keepalived's.
  func report(_ contenders: [TakeoverBenchmark.Contender], interval: Nanoseconds, rounds: Int) {
    print(
      """

      Takeover at advert_int \(fixed(interval.inSeconds, decimals: 2)) (VRRPv3, IPv4, multicast), \(rounds) rounds in turns;
      milliseconds beyond Master_Down_Interval or Skew_Time: median, 99th percentile

      """)
    let ratios = contenders.filter { $0 != .daemon(.martlet) }
    let hasRatios = contenders.contains(.daemon(.martlet))
    var heading = pad("", 26)
    for contender in contenders { heading += pad(contender.name, 18) }
    if hasRatios { for other in ratios { heading += pad("martlet/\(other.name)", 20) } }
    print(heading)
    for quantity in Quantity.allCases {
      var line = pad(quantity.rawValue, 26)
      for contender in contenders { line += pad(text(summary(quantity, contender), decimals: 3), 18) }
      if hasRatios, let own = summary(quantity, .daemon(.martlet)) {
        for other in ratios {
          let ratio = summary(quantity, other).map { (own.median / $0.median, own.percentile / $0.percentile) }
          line += pad(text(ratio, decimals: 2), 20)
        }
      }
      print(line)
    }
  }

  private func text(_ pair: (Double, Double)?, decimals: Int) -> String {
    pair.map { "\(fixed($0.0, decimals: decimals)), \(fixed($0.1, decimals: decimals))" } ?? "-"
  }
}
