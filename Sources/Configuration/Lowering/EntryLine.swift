import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// A line that cannot be used; the reason has been reported.
struct LineRefused: Error {}

/// Reads the words of a line of `virtual_routes`, `virtual_rules` and the like, from the left.
struct EntryLine {
  /// Kind of line: `route` or `rule`.
  let subject: String
  let lowering: Lowering
  let span: SourceSpan
  private var rest: ArraySlice<Word>
  private(set) var family: Located<AddressFamily>?
  /// The `track_group` that the line names.
  private(set) var trackGroup: String?
  /// The part left out when the rest of the line cannot be used, for the finding.
  var leftOut: String
  private var repeated = RepeatedOptions()

  init(_ line: Statement, subject: String, _ lowering: Lowering) {
    self.subject = subject
    self.lowering = lowering
    leftOut = "the \(subject) is left out"
    span = line.span
    rest = line.words[...]
  }

  /// The line as written, with one blank between two words.
  static func text(of line: Statement) -> String { line.words.map(\.text).joined(separator: " ") }

  mutating func next() -> Word? { rest.popFirst() }

  /// The next word, which is not removed.
  var peek: Word? { rest.first }

  /// Removes the next word if it is this one.
  mutating func takes(_ text: StaticString) -> Bool {
    guard let word = rest.first, word == text else { return false }
    rest.removeFirst()
    return true
  }

  /// Removes the word after an option.
  mutating func value(of option: Word) throws(LineRefused) -> Word {
    guard let word = rest.popFirst() else {
      throw refused("missing-argument", "\(option.text) needs a value after it", at: option.span)
    }
    return word
  }

  /// Reports why the line cannot be used. It is a warning, since keepalived goes on without the line.
  func refused(
    _ id: String, _ message: String, at span: SourceSpan, suggestion: String? = nil, replacement: String? = nil
  ) -> LineRefused {
    lowering.diagnostics.report(
      .warning, id, "\(message); \(leftOut)", at: span, suggestion: suggestion, replacement: replacement)
    return LineRefused()
  }

  /// Refuses the line for a word that is no option of its subject.
  func unknown(_ word: Word, among options: [String]) -> LineRefused {
    let nearest = lowering.diagnostics.option(word.text, among: options)
    return refused(
      "unknown-option", "'\(word.text)' is not an option of a \(subject)", at: word.span,
      suggestion: nearest.map { "did you mean \($0)?" }, replacement: Spelling.sure(nearest, for: word.text))
  }

  func bad(_ word: Word, _ what: String) -> LineRefused {
    refused("bad-value", "'\(word.text)' is \(what)", at: word.span)
  }

  /// Reports an option that stood on the line before; its earlier value no longer counts.
  mutating func noteRepetition(of option: Word, as meaning: String) {
    repeated.note(option, as: meaning, value: nil, lowering)
  }

  /// Forgets the options so far: each next hop has options of its own.
  mutating func forgetRepetitions() { repeated = RepeatedOptions() }

  /// Reports `inet` or `inet6` before other words: keepalived ignores the word after it.
  func noteFamilyWord(_ word: Word) {
    guard let passedOver = peek else { return }
    let isDefault = word == "inet6" && ["default", "any", "all"].contains(passedOver.text)
    lowering.diagnostics.report(
      .warning, "word-order",
      "keepalived ignores '\(passedOver.text)' after \(word.text), and so refuses the line",
      at: word.span,
      suggestion: isDefault ? "write ::/0" : "take \(word.text) out if an address says the family, or write it last",
      changes: isDefault ? [.replace(word.span, through: passedOver.span, with: "::/0")] : [])
  }

  /// Refuses the line for a word that is no address or network.
  func badAddress(_ word: Word, _ what: String) -> LineRefused {
    let meant = Lowering.withoutLeadingZeros(word)
    return refused(
      meant == nil ? "bad-value" : "bad-address", "'\(word.text)' is \(what)", at: word.span,
      suggestion: Lowering.advice(for: meant), replacement: meant)
  }

  /// A decimal number.
  mutating func number<Number: FixedWidthInteger>(
    of option: Word, in range: ClosedRange<Number>
  ) throws(LineRefused) -> Number {
    let word = try value(of: option)
    if let number = KernelNames.decimal(word.bytes).flatMap({ Number(exactly: $0) }), range.contains(number) {
      return number
    }
    let meant = word.text.hasPrefix("0x") ? KernelNames.number(word.bytes).flatMap { Number(exactly: $0) } : nil
    let decimal = meant.flatMap { range.contains($0) ? "\($0)" : nil }
    throw refused(
      "bad-value", "'\(word.text)' is not a whole number from \(range.lowerBound) to \(range.upperBound)",
      at: word.span,
      suggestion: decimal.map { "write \($0): this number can only be decimal" }, replacement: decimal)
  }

  /// A number that may be hexadecimal or octal.
  mutating func numberOfAnyBase(of option: Word) throws(LineRefused) -> UInt32 {
    let word = try value(of: option)
    guard let number = KernelNames.number(word.bytes) else {
      throw bad(word, "not a whole number from 0 to \(UInt32.max)")
    }
    lowering.noteOctal(word, is: number)
    return number
  }

  /// A number that may have a name.
  mutating func named(
    _ list: KernelNames.List, of option: Word, through most: UInt32 = .max
  ) throws(LineRefused) -> UInt32 {
    let word = try value(of: option)
    return try named(list, word, option, through: most)
  }

  func named(
    _ list: KernelNames.List, _ word: Word, _ option: Word, through most: UInt32 = .max
  ) throws(LineRefused) -> UInt32 {
    guard let number = lowering.kernelNames.number(word, list) else {
      throw refused(
        "unknown-name", "'\(word.text)' is neither a number nor a name in /etc/iproute2/\(list.rawValue)", at: word.span
      )
    }
    lowering.noteOctal(word, is: number)
    guard number <= most else { throw bad(word, "more than \(most), the most that \(option.text) can be") }
    return number
  }

  /// `[FROM/]TO`.
  mutating func realms(of option: Word) throws(LineRefused) -> UInt32 {
    let word = try value(of: option)
    var realms: UInt32 = 0
    for part in word.bytes.split(separator: UInt8(ascii: "/"), maxSplits: 1) {
      var name = word
      name.bytes = part
      realms = realms << 16 | (try named(.realms, name, option, through: 65_535))
    }
    return realms
  }

  /// An address, which decides the family.
  mutating func address(of option: Word) throws(LineRefused) -> IPAddress {
    let word = try value(of: option)
    guard let address = IPAddress(word.text) else { throw badAddress(word, "not an IP address") }
    try setFamily(address.family, at: word)
    return address
  }

  /// A network, which decides the family.
  mutating func prefix(_ word: Word) throws(LineRefused) -> IPPrefix {
    guard let prefix = IPPrefix(word.text) ?? IPAddress(word.text).map(IPPrefix.init(host:)) else {
      throw badAddress(word, "neither an address nor ADDRESS/LENGTH")
    }
    try setFamily(prefix.address.family, at: word)
    return prefix
  }

  /// Sets the family of the line; refuses a second family.
  mutating func setFamily(_ family: AddressFamily, at word: Word) throws(LineRefused) {
    guard let known = self.family else {
      self.family = Located(family, word.span)
      return
    }
    guard known.value == family else {
      throw refused(
        "mixed-families", "'\(word.text)' is \(family.name), and the \(subject) is \(known.value.name) already",
        at: word.span)
    }
  }

  mutating func interface(of option: Word) throws(LineRefused) -> String {
    let word = try value(of: option)
    guard Lowering.canNameInterface(word) else {
      throw refused("interface-name", "'\(word.text)' cannot be the name of an interface", at: word.span)
    }
    // The kernel lets a rule wait for an interface, but no route.
    if subject == "route" {
      lowering.noteInterface(word.text, at: word.span)
    } else if lowering.awaitedInterfaces[word.text] == nil {
      lowering.awaitedInterfaces[word.text] = word.span
    }
    return word.text
  }

  /// Two ports with a hyphen between them. keepalived does not understand a single port, so that its rule is for every port.
  mutating func ports(of option: Word) throws(LineRefused) -> ClosedRange<UInt16> {
    guard let word = peek, let port = UInt16(word.text) else { return try range(of: option) }
    _ = next()
    lowering.diagnostics.report(
      .warning, "bad-value",
      "\(option.text) \(word.text) is not a range: it stands for \(port)-\(port) here, and for every port in keepalived",
      at: word.span, suggestion: "write \(port)-\(port)", replacement: "\(port)-\(port)")
    return port...port
  }

  /// Two numbers with a hyphen between them.
  mutating func range<Number: FixedWidthInteger>(of option: Word) throws(LineRefused) -> ClosedRange<Number> {
    let word = try value(of: option)
    let numbers = word.text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Number($0) }
    if numbers.count == 2, let first = numbers[0], let last = numbers[1], first <= last { return first...last }
    let meant = numbers.count == 1 ? numbers[0].map { "\($0)-\($0)" } : nil
    throw refused(
      "bad-value", "'\(word.text)' is not a range FIRST-LAST", at: word.span, suggestion: meant.map { "write \($0)" },
      replacement: meant)
  }

  /// The routing protocol number of the entry. A failover daemon recognizes its routes by the number, so any other is only for entries
  /// that are not tracked.
  func originator(_ given: Located<UInt8>?, isTracked: Bool) -> UInt8 {
    guard let given, given.value != RoutingTable.failoverProtocol, isTracked else {
      return given?.value ?? RoutingTable.failoverProtocol
    }
    lowering.diagnostics.report(
      .warning, "protocol-needs-no-track", "a \(subject) that is watched has the protocol keepalived; that is used",
      at: given.span, suggestion: "write no_track to have it left alone, or take the protocol out")
    return RoutingTable.failoverProtocol
  }

  /// Reads the name after `track_group`.
  mutating func readTrackGroup(_ option: Word) throws(LineRefused) {
    let name = try value(of: option)
    lowering.trackGroupUses.append(Located(name.text, name.span))
    trackGroup = name.text
  }
}
