import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// Reads the entries of `unicast_peer`.
extension Lowering {
  func readPeers(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    block.notes.unicastKeyword = statement.span
    for line in statement.children {
      let word = line.words[0]
      guard let address = plainAddress(word) else {
        let meant = Self.withoutLeadingZeros(word)
        diagnostics.report(
          .warning, "bad-address", "'\(word.text)' is not an IP address; this peer is left out and hears nothing",
          at: word.span, suggestion: Self.advice(for: meant), replacement: meant)
        continue
      }
      guard setFamily(address.family, at: word.span, in: &block) else { continue }
      if let earlier = block.notes.knownPeers[address] {
        diagnostics.report(
          .warning, "duplicate-peer", "\(address) is a peer already; this line is ignored", at: word.span,
          notes: [("it is written here too", earlier)], suggestion: "take this line out",
          changes: [.removeLine(word.span)])
        continue
      }
      var peer = UnicastPeer(address: address)
      readPeerOptions(line, into: &peer)
      block.notes.knownPeers[address] = word.span
      block.unicastPeers.append(peer)
      block.notes.peerPlaces.append(word.span)
    }
    return statement.span
  }

  private func readPeerOptions(_ line: Statement, into peer: inout UnicastPeer) {
    var rest = line.words.dropFirst()
    var repeated = RepeatedOptions()
    while let word = rest.popFirst() {
      guard word == "min_ttl" || word == "max_ttl" else {
        diagnostics.report(
          .warning, "unknown-option", "'\(word.text)' is not an option of a peer; the rest of the line is ignored",
          at: word.span, suggestion: IPAddress(word.text) != nil ? "put each peer on a line of its own" : nil)
        return
      }
      guard let number = rest.popFirst(), let value = Self.wholeNumber(number.bytes), let ttl = UInt8(exactly: value)
      else {
        diagnostics.report(
          .warning, "bad-value", "\(word.text) needs a number from 0 to 255; the rest of the line is ignored",
          at: word.span)
        return
      }
      repeated.note(word, as: word.text, value: number, self)
      if word == "min_ttl" { peer.minimumTTL = ttl } else { peer.maximumTTL = ttl }
    }
    if peer.minimumTTL > peer.maximumTTL {
      diagnostics.report(
        .warning, "ttl-range",
        "no advert of \(peer.address) can have a TTL of at least \(peer.minimumTTL) and at most \(peer.maximumTTL)",
        at: line.span)
    }
  }
}
