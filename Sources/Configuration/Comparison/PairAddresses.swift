import ConfigurationSyntax
import NetworkTypes

/// The hosts serve the same addresses: one that only one of them has is gone when the other is master.
enum PairAddresses: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    compare(pair.first, pair.second, pair, &findings)
    compare(pair.second, pair.first, RouterPair(first: pair.second, second: pair.first), &findings)
    comparePrefixes(pair, &findings)
  }

  /// Reports what `other` has and `one` lacks; `pair` has `other` second.
  private static func compare(
    _ one: RouterPair.Half, _ other: RouterPair.Half, _ pair: RouterPair, _ findings: inout PairFindings
  ) {
    let advertised = Set(one.draft.notes.addresses.map(\.value.prefix.address))
    let excluded = Set(one.draft.notes.excludedAddresses.map(\.value.prefix.address))
    let kinds = [
      (other.draft.notes.addresses, advertised, excluded, "virtual_ipaddress"),
      (other.draft.notes.excludedAddresses, excluded, advertised, "virtual_ipaddress_excluded"),
    ]
    for (entries, same, elsewhere, block) in kinds {
      for entry in entries where !same.contains(entry.value.prefix.address) {
        let address = entry.value.prefix.address
        // Told once, from the side that advertises it.
        let isMoved = elsewhere.contains(address)
        if isMoved, block != "virtual_ipaddress" { continue }
        findings.report(
          .warning, "pair-addresses",
          isMoved
            ? "\(address) stands in virtual_ipaddress here and in virtual_ipaddress_excluded on the other host, so the adverts differ"
            : "\(address) of \(other.name) is no address of \(one.name) on the other host, which would not serve it as master",
          pair, at: entry.span, and: nil, note: "the other host's router is here",
          suggestion: "write the same addresses in \(block) on both hosts")
      }
    }
  }

  private static func comparePrefixes(_ pair: RouterPair, _ findings: inout PairFindings) {
    var lengths: [IPAddress: Located<VirtualAddress>] = [:]
    for entry in pair.first.draft.notes.addresses + pair.first.draft.notes.excludedAddresses {
      lengths[entry.value.prefix.address] = entry
    }
    for entry in pair.second.draft.notes.addresses + pair.second.draft.notes.excludedAddresses {
      let address = entry.value.prefix.address
      guard let other = lengths[address], other.value.prefix.length != entry.value.prefix.length else { continue }
      findings.report(
        .warning, "pair-addresses",
        "\(address) has the prefix length \(entry.value.prefix.length) here and \(other.value.prefix.length) on the other host",
        pair, at: entry.span, and: other.span, note: "the other host has it here",
        suggestion: "write the same length on both hosts")
    }
  }
}
