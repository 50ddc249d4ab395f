import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension Lowering {
  /// Reads the entries of `interface_up_down_delays`: `NAME DOWN [UP]`, in seconds.
  func readLinkDelays(_ statement: Statement) {
    for line in statement.children {
      let name = line.words[0]
      let times = line.words.dropFirst().prefix(2).map { word in
        Self.millionths(word.bytes).flatMap { $0 <= 255_000_000 ? Nanoseconds.microseconds(Int64($0)) : nil }
      }
      guard isInterfaceName(name), let down = times.first ?? nil, !times.contains(nil), line.words.count <= 3 else {
        diagnostics.report(
          .warning, "bad-value", "a line here is NAME DOWN [UP], with seconds from 0 to 255; this one is ignored",
          at: line.span)
        continue
      }
      if delayedInterfaces[name.text] == nil { delayedInterfaces[name.text] = name.span }
      guard linkDelays[name.text] == nil else {
        diagnostics.report(
          .warning, "duplicate-interface", "\(name.text) has its delays already; this line is ignored", at: line.span)
        continue
      }
      linkDelaySpans[name.text] = line.span
      linkDelays[name.text] = LinkDelay(down: down, up: times.count == 2 ? times[1] ?? .zero : .zero)
    }
  }
}
