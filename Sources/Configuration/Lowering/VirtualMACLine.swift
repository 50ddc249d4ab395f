import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension Lowering {
  /// Reads `use_vmac [[name] IFNAME] [MAC] [netlink_notify_msg]`.
  func readVirtualMAC(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    var virtual = block.notes.virtualMAC ?? VirtualMACSettings(span: statement.span)
    var words = statement.arguments[...]
    while let word = words.popFirst() {
      if word == "name" {
        if let name = words.popFirst() { readName(name, into: &virtual) }
      } else if word == "netlink_notify_msg" {
        // The kernel reports every new link, so there is nothing to do.
        continue
      } else if word == "group" {
        _ = words.popFirst()
        diagnostics.report(
          .warning, "not-yet", "martlet puts virtual interfaces into no group", at: word.span,
          suggestion: "take group out, or set it in a notify script")
      } else if let octets = Self.octets(word.text) {
        readOctets(octets, word, into: &virtual)
      } else {
        readName(word, into: &virtual)
      }
    }
    block.notes.virtualMAC = virtual
    return statement.span
  }

  /// Reads the interface's name; the first one counts.
  private func readName(_ word: Word, into virtual: inout VirtualMACSettings) {
    if let earlier = virtual.name {
      diagnostics.report(
        .warning, "extra-words",
        "the virtual interface has the name \(earlier.value) already; '\(word.text)' is ignored",
        at: word.span, notes: [("that name is here", earlier.span)], suggestion: "take one of the two out",
        changes: [.remove(word.span)])
    } else if canBeMade(word) {
      virtual.name = Located(word.text, word.span)
    }
  }

  /// True when an interface can have the name; otherwise one is chosen later.
  private func canBeMade(_ name: Word) -> Bool {
    guard !Self.canNameInterface(name) else { return true }
    diagnostics.report(
      .warning, "interface-name",
      "'\(name.text)' cannot be the name of an interface, which has 1 to 15 characters; it is ignored", at: name.span)
    return false
  }

  private func readOctets(_ octets: [UInt8], _ word: Word, into virtual: inout VirtualMACSettings) {
    let mac = MACAddress(bytes: octets + (octets.count == 5 ? [1] : []))
    guard let mac, !mac.isMulticast, !mac.isVirtualRouters else {
      diagnostics.report(
        .warning, "virtual-mac", "'\(word.text)' cannot be a virtual router's own MAC address; it is ignored",
        at: word.span,
        suggestion:
          "leave it out for the address of RFC 9568, or write one like 02:00:00:00:01:05, the same on all hosts")
      return
    }
    guard virtual.octets == nil else {
      diagnostics.report(
        .warning, "extra-words", "there is a MAC address already; '\(word.text)' is ignored", at: word.span,
        suggestion: "take one of the two out", changes: [.remove(word.span)])
      return
    }
    virtual.octets = octets
  }

  /// Two or more hexadecimal octets joined by colons; `nil` for a word that is not meant as such.
  private static func octets(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return nil }
    let octets = parts.compactMap { $0.count <= 2 ? UInt8($0, radix: 16) : nil }
    return octets.count == parts.count && (5...6).contains(octets.count) ? octets : []
  }
}
