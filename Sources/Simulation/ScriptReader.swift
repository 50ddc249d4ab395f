import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import SimulationKit
import VRRPCore

/// Reads a script such as `at 5s crash A; at 9s restart A`, and says where it is wrong.
struct ScriptReader {
  /// What a script is called in its errors.
  static let name = "script"

  private let text: String
  private let hosts: [RehearsedHost]
  private(set) var diagnostics: [Diagnostic] = []

  /// The commands, and what may follow each.
  private static let commands = [
    "crash", "stop", "start", "restart", "freeze", "thaw", "link", "cut", "heal", "reload", "script", "track", "loss",
  ]

  /// Stops the reading of a statement; the error has been reported.
  private struct Misread: Error {}

  /// Reads a script; what is wrong with it stands in the findings.
  static func read(_ text: String, for hosts: [RehearsedHost]) -> (script: Script, findings: [Diagnostic]) {
    var reader = ScriptReader(text: text, hosts: hosts)
    var script = Script()
    for statement in ScriptWord.statements(of: text) {
      if let step = try? reader.step(statement) { script.steps.append(step) }
    }
    // Stable: commands of one moment stay in the order they were written in.
    let order = script.steps.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
    script.steps = order.map(\.element)
    return (script, reader.diagnostics)
  }

  private init(text: String, hosts: [RehearsedHost]) {
    self.text = text
    self.hosts = hosts
  }

  private mutating func step(_ words: [ScriptWord]) throws(Misread) -> Script.Step {
    var rest = words[...]
    let first = try take(&rest, "'at' and a time", after: words)
    guard first.text == "at" else { throw wrong(first, "a command begins with 'at' and a time", meant: ["at"]) }
    let time = try moment(take(&rest, "a time, as 5s or 250ms", after: words))
    let said = rest.map(\.text).joined(separator: " ")
    let disturbances = try command(&rest, words)
    if let extra = rest.first { throw wrong(extra, "'\(extra.text)' is not expected here") }
    return Script.Step(at: time, text: said, disturbances: disturbances)
  }

  private mutating func command(
    _ rest: inout ArraySlice<ScriptWord>, _ words: [ScriptWord]
  ) throws(Misread) -> [Disturbance] {
    let verb = try take(&rest, "a command", after: words)
    switch verb.text {
    case "crash": return [.crash(host: try host(&rest, words))]
    case "stop": return [.stop(host: try host(&rest, words))]
    case "start": return [.start(host: try host(&rest, words))]
    case "restart":
      let host = try host(&rest, words)
      return [.stop(host: host), .start(host: host)]
    case "freeze": return [.freeze(host: try host(&rest, words))]
    case "thaw": return [.thaw(host: try host(&rest, words))]
    case "reload": return [.handOver(host: try host(&rest, words))]
    case "heal": return [.healLinks]
    case "link": return try link(&rest, words)
    case "cut": return try cut(&rest, words)
    case "script", "track": return try script(&rest, words)
    case "loss": return [.conditions(LinkConditions(lossPerMille: try percentage(&rest, words)))]
    default: throw wrong(verb, "there is no command '\(verb.text)'", meant: Self.commands)
    }
  }

  /// `link HOST INTERFACE down|up`; a tracker of the interface follows it.
  private mutating func link(
    _ rest: inout ArraySlice<ScriptWord>, _ words: [ScriptWord]
  ) throws(Misread) -> [Disturbance] {
    let number = try host(&rest, words)
    let interfaces = hosts[number].interfaces
    let word = try take(&rest, "an interface", after: words)
    guard let interface = interfaces.firstIndex(of: word.text) else {
      throw wrong(word, "\(hosts[number].name) has no interface '\(word.text)'", meant: interfaces)
    }
    let isUp = try choice(&rest, words, "up", "down")
    let tracker = hosts[number].trackers[TrackerName(.interface, word.text)].map {
      Disturbance.tracker(host: number, $0, isUp ? .up : .down)
    }
    return [.interface(host: number, interface, up: isUp)] + (tracker.map { [$0] } ?? [])
  }

  /// `cut HOST HOST [one way]`.
  private mutating func cut(
    _ rest: inout ArraySlice<ScriptWord>, _ words: [ScriptWord]
  ) throws(Misread) -> [Disturbance] {
    let sender = try host(&rest, words)
    let place = rest.first
    let receiver = try host(&rest, words)
    if sender == receiver, let place { throw wrong(place, "a host cannot be cut off from itself") }
    let there = Disturbance.link(from: sender, to: receiver, open: false)
    guard let one = rest.first else { return [there, .link(from: receiver, to: sender, open: false)] }
    guard one.text == "one" else { throw wrong(one, "only 'one way' can follow", meant: ["one"]) }
    rest.removeFirst()
    let way = try take(&rest, "'way'", after: words)
    guard way.text == "way" else { throw wrong(way, "only 'one way' can follow", meant: ["way"]) }
    return [there]
  }

  /// `script NAME fail|ok`, on every host that has the check, or `script HOST NAME fail|ok`.
  private mutating func script(
    _ rest: inout ArraySlice<ScriptWord>, _ words: [ScriptWord]
  ) throws(Misread) -> [Disturbance] {
    var concerned = Array(hosts.indices)
    var word = try take(&rest, "the name of a vrrp_script", after: words)
    if rest.count > 1, let host = number(of: word.text) {
      concerned = [host]
      word = try take(&rest, "the name of a vrrp_script", after: words)
    }
    let trackers = concerned.compactMap { host in
      hosts[host].trackers[TrackerName(.script, word.text)].map { (host, $0) }
    }
    guard !trackers.isEmpty else {
      let known = concerned.flatMap { hosts[$0].configuration.trackerNames(.script) }.sorted()
      throw wrong(word, "no host has a vrrp_script '\(word.text)'", meant: known)
    }
    let isUp = try choice(&rest, words, "ok", "fail")
    return trackers.map { .tracker(host: $0.0, $0.1, isUp ? .up : .down) }
  }

  // MARK: Words

  private mutating func host(
    _ rest: inout ArraySlice<ScriptWord>, _ words: [ScriptWord]
  ) throws(Misread) -> Int {
    let word = try take(&rest, "a host", after: words)
    if let number = number(of: word.text) { return number }
    let known = hosts.flatMap { $0.name == $0.letter ? [$0.name] : [$0.name, $0.letter] }
    throw wrong(word, "there is no host '\(word.text)'; there are \(known.joined(separator: ", "))", meant: known)
  }

  private func number(of name: String) -> Int? {
    hosts.firstIndex { $0.name == name } ?? hosts.firstIndex { $0.letter == name }
  }

  private mutating func choice(
    _ rest: inout ArraySlice<ScriptWord>, _ words: [ScriptWord], _ yes: String, _ no: String
  ) throws(Misread) -> Bool {
    let word = try take(&rest, "'\(yes)' or '\(no)'", after: words)
    guard word.text == yes || word.text == no else {
      throw wrong(word, "'\(yes)' or '\(no)' is expected here", meant: [yes, no])
    }
    return word.text == yes
  }

  private mutating func percentage(
    _ rest: inout ArraySlice<ScriptWord>, _ words: [ScriptWord]
  ) throws(Misread) -> Int {
    let word = try take(&rest, "a percentage", after: words)
    let digits = word.text.hasSuffix("%") ? word.text.dropLast() : Substring(word.text)
    guard let thousandths = LengthOfTime.scaled(digits, by: 10), thousandths <= 1000 else {
      throw wrong(word, "'\(word.text)' is not a percentage from 0% to 100%")
    }
    return Int(thousandths)
  }

  private mutating func moment(_ word: ScriptWord) throws(Misread) -> MonotonicInstant {
    guard let length = LengthOfTime.length(word.text) else {
      throw wrong(word, "'\(word.text)' is not a time, as 5s, 250ms or 1.5s")
    }
    return MonotonicInstant(nanoseconds: length.rawValue)
  }

  private mutating func take(
    _ rest: inout ArraySlice<ScriptWord>, _ expected: String, after words: [ScriptWord]
  ) throws(Misread) -> ScriptWord {
    guard let word = rest.popFirst() else {
      let last = words[words.count - 1]
      throw wrong(last, "\(expected) must follow '\(last.text)'")
    }
    return word
  }

  private mutating func wrong(_ word: ScriptWord, _ message: String, meant: [String] = []) -> Misread {
    diagnostics.append(
      Diagnostic(
        id: "script", severity: .error, message: message,
        range: SourceRange(of: word.text.utf8.count, at: word.offset, in: text, called: Self.name),
        suggestion: Spelling.nearest(to: word.text, in: meant).map { "did you mean '\($0)'?" }))
    return Misread()
  }
}

/// Lengths of time as people write them.
public enum LengthOfTime {
  /// The longest that a rehearsal may last, and with it the latest time in a script: a day.
  public static let longest = Nanoseconds.seconds(86_400)

  /// `5s`, `250ms`, `1.5s`, `2m`, or seconds without a unit; `nil` for anything else, and beyond a day.
  public static func length(_ text: String) -> Nanoseconds? {
    let second: Int64 = 1_000_000_000
    let units = [("ms", second / 1000), ("s", second), ("m", 60 * second), ("", second)]
    for (unit, scale) in units where text.hasSuffix(unit) {
      guard let length = scaled(text.dropLast(unit.count), by: scale) else { continue }
      return length <= longest.rawValue ? Nanoseconds(rawValue: length) : nil
    }
    return nil
  }

  /// A decimal number times `scale`, rounded down; `nil` if it is none or out of range.
  static func scaled(_ text: Substring, by scale: Int64) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ (1...9).contains($0.count) }),
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), let whole = Int64(parts[0])
    else { return nil }
    var fraction: Int64 = 0
    if parts.count == 2, let digits = Int64(parts[1]) {
      let divisor = (0..<parts[1].count).reduce(Int64(1)) { value, _ in value * 10 }
      fraction = digits.multipliedReportingOverflow(by: scale).overflow ? 0 : digits * scale / divisor
    }
    let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
    return overflow ? nil : product + fraction
  }
}
