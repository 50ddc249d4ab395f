import ControlModel
import NetworkTypes
import PrintableText

extension Performance {
  /// The timeline, then for each address who held it, every moment with two holders or none, and the takeover times.
  public var text: String {
    var lines = events.map { event in
      let who = event.host.map { hosts[$0].name + ": " } ?? "— "
      return Self.stamp(event.at) + "  " + who + event.text
    }
    for story in stories {
      lines += ["", story.title]
      lines += story.periods.map { period in
        Self.stamp(period.from) + " to " + Self.stamp(period.to) + "  " + words(for: period, in: story)
      }
      lines += story.takeovers.map { takeover in
        "  taken over by \(hosts[takeover.to].name) from \(hosts[takeover.from].name) at "
          + "\(Self.seconds(takeover.at - MonotonicInstant(nanoseconds: 0))): nobody held it for \(Self.seconds(takeover.gap))"
      }
    }
    // Names are the files'.
    return (lines + ["", summary]).map { $0.printable() + "\n" }.joined()
  }

  private func words(for period: AddressStory.Period, in story: AddressStory) -> String {
    let names = period.holders.map { hosts[$0].name }.joined(separator: " and ")
    let bound = period.holders.isEmpty ? story.noHolderBound : story.twoHoldersBound
    let verdict = story.isOverrun(period) ? ", longer than the protocol's \(Self.seconds(bound))" : ""
    switch period.holders.count {
    case 0: return "NONE for \(Self.seconds(period.length))\(verdict)"
    case 1: return names
    default: return "\(period.holders.count) HOLDERS, \(names), for \(Self.seconds(period.length))\(verdict)"
    }
  }

  private var summary: String {
    let periods = stories.flatMap(\.periods)
    let takeovers = stories.flatMap(\.takeovers)
    let longest = takeovers.map(\.gap).max().map { ", the longest \(Self.seconds($0))" } ?? ""
    let none = periods.filter(\.holders.isEmpty).map(\.length).reduce(.zero, +)
    let two = periods.filter { $0.holders.count > 1 }.map(\.length).reduce(.zero, +)
    let takeoverCount = "\(takeovers.count) takeover\(takeovers.count == 1 ? "" : "s")\(longest)"
    let lengths = "nobody for \(Self.seconds(none)), two for \(Self.seconds(two))"
    return "\(Self.seconds(duration)) rehearsed: \(takeoverCount); \(lengths)"
  }

  /// Milliseconds are what a person reads; `0.000` to the width of a day.
  static func stamp(_ instant: MonotonicInstant) -> String {
    let text = number(instant - MonotonicInstant(nanoseconds: 0))
    return String(repeating: " ", count: max(0, 10 - text.count)) + text
  }

  static func seconds(_ length: Nanoseconds) -> String { number(length) + " s" }

  private static func number(_ length: Nanoseconds) -> String {
    let milliseconds = length.rawValue / 1_000_000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: max(0, 3 - rest.count)) + rest
  }
}

extension AddressStory {
  /// The addresses in one line; of many, the first and how many more there are.
  var title: String {
    let shown = addresses.prefix(3).map { "\($0)" }.joined(separator: ", ")
    return addresses.count > 3 ? shown + " and \(addresses.count - 3) more" : shown
  }
}
