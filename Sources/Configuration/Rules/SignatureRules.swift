import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  private static let key = String(repeating: "0123456789abcdef", count: 4)

  /// Rules for `auth_hmac`, and for routers whose adverts nothing signs.
  static let signatures: [Rule] = [
    Rule(
      "active-key", .meaning, .error, "auth_hmac has no key to sign with",
      "keepalived would run without authentication, which is not what was asked for.",
      hmac("key 1 \(key)", "key 1 \(key)\nactive_key 1")),
    Rule(
      "comment-in-key", .meaning, .warning, "A comment begins inside a key",
      "# and ! begin a comment outside double quotes, so the key ends there.",
      hmac("key 1 \(key)#x\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "duplicate-key", .meaning, .error, "Two keys have one number",
      "Adverts name their key by its number; keepalived ignores the second one.",
      hmac("key 1 \(key)\nkey 1 \(key)\nactive_key 1", "key 1 \(key)\nkey 2 \(key)\nactive_key 1"),
      remedy: "give it another number, the same on all hosts"),
    Rule(
      "key-file", .meaning, .error, "The file of a key cannot be read, or its path is not whole",
      "Without its key no advert could be signed or taken.",
      hmac("key 1 file:keys/one\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "key-file-readable", .host, .warning, "Every user of the host can read the file of a key",
      "Whoever has the key can take the addresses over. Let the file belong to root with mode 0600."),
    Rule(
      "key-length", .meaning, .error, "A key is shorter than 32 bytes or longer than 64",
      "keepalived ignores such a key. Make one with openssl rand -hex 32, and write hex: before it.",
      hmac("key 1 short\nactive_key 1", "key 1 \(key)\nactive_key 1"),
      remedy: "make one with \"openssl rand -hex 32\" and write hex: before it"),
    Rule(
      "key-number", .meaning, .error, "The number of a key is not from 1 to 255",
      "Adverts name their key by this number, in one byte.",
      hmac("key 256 \(key)\nkey 1 \(key)\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "key-text", .meaning, .error, "What follows hex: is not pairs of hexadecimal digits",
      "Each byte of the key is two digits from 0 to 9 and a to f.",
      hmac("key 1 hex:\(key)zz\nactive_key 1", "key 1 hex:\(key)\nactive_key 1"),
      remedy: "write two hexadecimal digits for each byte"),
    Rule(
      "key-without-value", .meaning, .error, "A key has a number and no value", "Write both on one line.",
      hmac("key 1\nactive_key 1", "key 1 \(key)\nactive_key 1")),
    Rule(
      "two-authentications", .meaning, .warning, "A router has both auth_hmac and authentication",
      "auth_hmac signs the adverts, and the other is left out, as in keepalived.",
      .instance(
        "auth_hmac {\n  key 1 \(key)\n  active_key 1\n}\nauthentication {\n  auth_type PASS\n  auth_pass x\n}",
        "auth_hmac {\n  key 1 \(key)\n  active_key 1\n}"), remedy: "take the authentication block out, on all hosts"),
    Rule(
      "unsigned-adverts", .lint, .note, "Adverts are not signed",
      "One false advert of priority 255 makes the master yield and keeps the addresses from everybody for up to two minutes. auth_pass stands in each advert for all to read; auth_hmac and auth_type AH sign the adverts. docs/authentication.md says what each keeps out.",
      .instance("priority 100", "auth_hmac {\n  key 1 \(key)\n  active_key 1\n}")),
  ]

  private static func hmac(_ wrong: String, _ right: String) -> Example {
    .instance("auth_hmac {\n\(wrong)\n}", "auth_hmac {\n\(right)\n}")
  }
}

extension Lowering {
  /// Drops `authentication` beside `auth_hmac`; keepalived cannot have both either.
  func preferSignatures(of router: inout InstanceReading) {
    guard let trailer = router.notes.trailer, let span = router.authenticationPlace else { return }
    diagnostics.report(
      .warning, "two-authentications", "\(router.name.value) signs its adverts, so authentication is left out",
      at: span, notes: [("auth_hmac is written here", trailer.name.span)])
    router.places["auth_type"] = nil
    router.notes.authentication.password = nil
    router.notes.authentication.usesHeader = false
  }

  /// Reads the keys of `auth_hmac`. A key has 32 to 64 bytes and a number of its own. It stands in the line or in a file, as text or as
  /// hexadecimal digits.
  ///
  /// keepalived leaves out a key that it cannot use. Here that is an error: adverts that a peer signs with the key would be refused, and
  /// two hosts would be master.
  func readKeys(of router: inout InstanceReading) {
    guard var trailer = router.notes.trailer else { return }
    for key in trailer.keys {
      if let first = trailer.keys.first(where: { $0.id.value == key.id.value }), first.id.span != key.id.span {
        diagnostics.report(
          .error, "duplicate-key", "there is a key \(key.id.value) already; keepalived ignores the second one",
          at: key.id.span, notes: [("the first one is written here", first.id.span)])
        continue
      }
      guard let id = UInt8(exactly: key.id.value), let bytes = value(of: key) else { continue }
      guard (32...64).contains(bytes.count) else {
        diagnostics.report(
          .error, "key-length", "key \(id) has \(bytes.count) bytes; it must have 32 to 64", at: key.value.span)
        continue
      }
      trailer.usableKeys.append(TrailerDefinition.Key(id: id, bytes: bytes))
    }
    router.notes.trailer = trailer
  }

  private func value(of key: TrailerSettings.Key) -> [UInt8]? {
    guard let path = rest(of: key.value.bytes, after: "file:") else { return bytes(key.value.bytes, of: key) }
    return contents(String(decoding: path, as: UTF8.self), of: key).flatMap { bytes($0[...], of: key) }
  }

  /// The contents of a key file, without the line feeds at its end.
  private func contents(_ path: String, of key: TrailerSettings.Key) -> [UInt8]? {
    guard path.hasPrefix("/") else {
      diagnostics.report(
        .error, "key-file",
        "the path of a key file begins with /, or it would mean another file from another directory",
        at: key.value.span, suggestion: "write file: and the whole path")
      return nil
    }
    let contents: [UInt8]
    do {
      contents = try files.read(path)
    } catch {
      diagnostics.report(
        .error, "key-file", "the file of key \(key.id.value), \(path), \(error.reason)", at: key.value.span)
      return nil
    }
    if let status = (files as? any FileStatusProvider)?.status(of: path), status.mode & 0o004 != 0 {
      diagnostics.report(
        .warning, "key-file-readable", "every user of this host can read the file of key \(key.id.value), \(path)",
        at: key.value.span, suggestion: "chmod o-r \(path)")
    }
    return Array(contents.prefix(contents.count - contents.reversed().prefix { $0 == 0x0A || $0 == 0x0D }.count))
  }

  /// The bytes of a text, or of the hexadecimal digits after `hex:`.
  private func bytes(_ text: ArraySlice<UInt8>, of key: TrailerSettings.Key) -> [UInt8]? {
    guard let digits = rest(of: text, after: "hex:") else {
      guard !text.contains(0), !text.contains(0x0A) else { return refuse("is not a single line of text", key) }
      return Array(text)
    }
    let nibbles = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
    guard nibbles.count == digits.count, nibbles.count % 2 == 0 else {
      return refuse("is not an even number of hexadecimal digits after hex:", key)
    }
    return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
  }

  private func refuse(_ what: String, _ key: TrailerSettings.Key) -> [UInt8]? {
    diagnostics.report(.error, "key-text", "key \(key.id.value) \(what)", at: key.value.span)
    return nil
  }

  private func rest(of text: ArraySlice<UInt8>, after prefix: String) -> ArraySlice<UInt8>? {
    text.starts(with: prefix.utf8) ? text.dropFirst(prefix.utf8.count) : nil
  }

  /// Chooses the key that signs. keepalived runs without `auth_hmac` when there is no such key, open to anybody.
  func chooseKey(of router: inout InstanceReading) {
    guard var trailer = router.notes.trailer else { return }
    guard let active = trailer.activeKey else {
      return diagnostics.report(
        .error, "active-key",
        "\(router.name.value) has no active_key to sign with; keepalived would run without auth_hmac",
        at: trailer.name.span, suggestion: "write active_key NUMBER")
    }
    guard let key = trailer.usableKeys.first(where: { Int($0.id) == active }) else {
      // An unusable key has been reported.
      guard !trailer.keys.contains(where: { $0.id.value == active }) else { return }
      return diagnostics.report(
        .error, "active-key",
        "there is no key \(active) for \(router.name.value) to sign with; keepalived would run without auth_hmac",
        at: trailer.places["active_key"], suggestion: "write key \(active) hex:DIGITS")
    }
    trailer.definition = TrailerDefinition(
      activeKey: key, otherKeys: trailer.usableKeys.filter { $0.id != key.id }, window: window(of: trailer, router),
      mode: trailer.mode)
    router.notes.trailer = trailer
  }

  /// The replay window as written, or else three advert intervals and at least five seconds.
  private func window(of trailer: BlockReading<TrailerSettings>, _ router: InstanceReading) -> Int? {
    guard !trailer.isMonotonic else { return nil }
    let intervals = (Int(router.core.interval.rawValue) * 3 + 99) / 100
    return trailer.window ?? min(300, max(5, intervals))
  }

  /// Recommends signed adverts once for a file: any host on the network can send unsigned ones.
  func recommendSignatures() {
    // The advice can wait until the file is usable.
    guard !diagnostics.hasErrors else { return }
    let unsigned = instances.filter { router in
      let hasHeader = router.notes.authentication.usesHeader && router.notes.authentication.password != nil
      return router.notes.trailer == nil && !hasHeader && !router.isOpenToAnyNetwork
    }
    guard let first = unsigned.first else { return }
    let others = unsigned.count - 1
    let routers = others == 0 ? "" : " and \(others) other router\(others == 1 ? "" : "s")"
    diagnostics.report(
      .note, "unsigned-adverts",
      "the adverts of \(first.name.value)\(routers) are not signed, so any host on the network can send them",
      at: first.name.span, suggestion: "write auth_hmac on all hosts if they run martlet, or keepalived from 2.4.0 on")
  }
}
