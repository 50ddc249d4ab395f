import ConfigurationSyntax
import NetworkTypes

/// Keywords of `vrrp_instance` that are checked and have no effect.
extension Lowering {
  /// Reads `vrf IFNAME`; the first one counts.
  func readRoutingDomain(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    guard let word = statement.arguments.first else { return nil }
    guard Self.canNameInterface(word), !(word == "lo") else {
      diagnostics.report(
        .warning, "interface-name", "'\(word.text)' cannot be the name of a VRF; the line is ignored", at: word.span)
      return nil
    }
    guard block.notes.routingDomain == nil else {
      diagnostics.report(
        .warning, "vrf-twice", "\(block.name.value) has a vrf already; this line is ignored", at: statement.span)
      return nil
    }
    block.notes.routingDomain = Located(word.text, word.span)
    return word.span
  }

  /// Checks `use_ipvlan [[name] IFNAME] [IP] [bridge|private|vepa] [group ID]`.
  func readIPVLAN(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    func report(_ text: String, _ word: Word) {
      diagnostics.report(.warning, "ipvlan", "\(text); it is ignored", at: word.span)
    }
    guard block.places["use_ipvlan"] == nil else {
      report("\(block.name.value) has use_ipvlan already", statement.words[0])
      return nil
    }
    var (hasName, hasMode, hasAddress) = (false, false, false)
    var words = statement.arguments[...]
    while let word = words.popFirst() {
      switch word.text {
      case "bridge", "private", "vepa":
        if hasMode { report("use_ipvlan has a mode already", word) }
        hasMode = true
      case "group": _ = words.popFirst()
      case "name":
        if let name = words.popFirst(), !Self.canNameInterface(name) {
          report("'\(name.text)' names no interface", name)
        }
        hasName = true
      default:
        if let address = IPPrefix(word.text)?.address ?? IPAddress(word.text) {
          if hasAddress { report("use_ipvlan has an address already", word) }
          hasAddress = true
          _ = setFamily(address.family, at: word.span, in: &block)
        } else if hasName || !Self.canNameInterface(word) {
          report("'\(word.text)' has no meaning after use_ipvlan", word)
        } else {
          hasName = true
        }
      }
    }
    return statement.span
  }
}
