import ConfigurationSyntax

/// Checks keywords that have no effect here as keepalived checks them.
extension Lowering {
  /// `dynamic_interfaces [allow_if_changes]`, which is on whatever follows it.
  func checkDynamicInterfaces(_ statement: Statement) {
    guard let word = statement.arguments.first, !(word == "allow_if_changes") else { return }
    let lowered = word.text.lowercased()
    let isOff = Self.truths[lowered] == false || lowered == "0"
    let nearest = isOff ? nil : diagnostics.nearest(to: lowered, in: ["allow_if_changes"])
    let changes: [TextChange] =
      isOff ? [.removeLine(statement.span)] : nearest.map { [.replace(word.span, with: $0)] } ?? [.remove(word.span)]
    diagnostics.report(
      .warning, "bad-value", "dynamic_interfaces: '\(word.text)' is not allow_if_changes; it is on without that",
      at: word.span,
      suggestion: isOff
        ? "take the line out to have it off" : nearest.map { "did you mean \($0)?" } ?? "write nothing after it",
      changes: changes)
  }

  /// `vrrp_cpu_affinity NUMBER …` and the like.
  func checkProcessors(_ statement: Statement) {
    for word in statement.arguments where Self.wholeNumber(word.bytes).map({ $0 < 0 }) ?? true {
      diagnostics.report(
        .warning, "bad-value", "\(statement.words[0].text): '\(word.text)' is not a number of a processor",
        at: word.span,
        suggestion: "write the numbers with blanks between them, from 0")
    }
  }

  /// `vrrp_rx_bufs_policy MTU`, `ADVERT` or a number of bytes.
  func checkBufferPolicy(_ statement: Statement) {
    guard let word = statement.arguments.first, !["MTU", "ADVERT"].contains(word.text.uppercased()) else { return }
    if let bytes = Self.wholeNumber(word.bytes), UInt32(exactly: bytes) != nil { return }
    diagnostics.report(
      .warning, "bad-value",
      "\(statement.words[0].text): '\(word.text)' is neither MTU, ADVERT nor a number of bytes; "
        + "the line is ignored", at: word.span)
  }

  /// The mask of `umask NUMBER`, or of names of bits with | between them; `nil`, with a finding, for anything else.
  func umask(_ statement: Statement) -> UInt32? {
    guard let word = statement.arguments.first else { return nil }
    let fault: String?
    if let digit = word.bytes.first, (0x30...0x39).contains(digit) {
      let number = KernelNames.number(word.bytes)
      fault =
        number.map { $0 > 0o777 } ?? true
        ? "'\(word.text)' is not a mode from 0 to 0777"
        : statement.arguments.count > 1 ? "nothing may follow the number" : nil
    } else {
      fault = Self.faultOfBits(statement.arguments)
    }
    guard let fault else {
      return KernelNames.number(word.bytes) ?? Self.mask(of: statement.arguments)
    }
    let octal = "0" + word.text
    let isMeant =
      statement.arguments.count == 1 && KernelNames.isOctal(Array(octal.utf8)[...])
      && (KernelNames.number(Array(octal.utf8)[...]).map { $0 <= 0o777 } ?? false)
    diagnostics.report(
      .warning, "bad-value", "umask: \(fault); the line is ignored", at: word.span,
      suggestion: isMeant
        ? "write \(octal): a mode is octal with a 0 before it" : "write it as 027, or as IRWXG | IRWXO",
      replacement: isMeant ? octal : nil)
    return nil
  }

  /// The mask of names that are valid.
  private static func mask(of words: some Collection<Word>) -> UInt32 {
    let shifts: [Character: UInt32] = ["U": 6, "G": 3, "O": 0]
    let bits: [Character: UInt32] = ["R": 4, "W": 2, "X": 1]
    return words.flatMap { $0.text.split(separator: "|") }.reduce(0) { mask, name in
      // IRWXU names a whole class, IRUSR one bit of one.
      let letters = name.dropFirst()
      let which = letters.hasPrefix("RWX") ? 7 : letters.first.flatMap { bits[$0] } ?? 0
      let whose = letters.hasPrefix("RWX") ? letters.last : letters.dropFirst().first
      return mask | which << (whose.flatMap { shifts[$0] } ?? 0)
    }
  }

  private static func faultOfBits(_ words: some Collection<Word>) -> String? {
    let classes = ["USR", "GRP", "OTH"]
    let single = Set(["R", "W", "X"].flatMap { bit in classes.map { "I\(bit)\($0)" } })
    let whole: Set = ["IRWXU", "IRWXG", "IRWXO"]
    for (position, word) in words.enumerated() {
      guard position % 2 == 0 else {
        if word == "|" { continue }
        return "'\(word.text)' stands where | is needed"
      }
      let bits = word.text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard bits.allSatisfy({ single.contains($0) }) || bits.count == 1 && whole.contains(word.text) else {
        return "'\(word.text)' is not a bit of a mode"
      }
    }
    return words.count % 2 == 0 ? "a bit is missing after the last |" : nil
  }

  /// `linkbeat_interfaces`: each line is `NAME [MII | ETHTOOL | IOCTL]`.
  func checkLinkBeats(_ statement: Statement) {
    let kinds = ["MII", "ETHTOOL", "IOCTL"]
    for line in statement.children {
      guard isInterfaceName(line.words[0]) else { continue }
      let extra = line.words.count > 2 ? line.words[2] : line.words.dropFirst().first { !kinds.contains($0.text) }
      guard let extra else { continue }
      let upper = extra.text.uppercased()
      let isKind = line.words.count == 2 && kinds.contains(upper)
      diagnostics.report(
        .warning, "bad-value", "'\(extra.text)' has no meaning after an interface here; it is ignored",
        at: extra.span, suggestion: isKind ? "write \(upper), in capitals" : "write MII, ETHTOOL or IOCTL, or nothing",
        replacement: isKind ? upper : nil)
    }
  }
}
