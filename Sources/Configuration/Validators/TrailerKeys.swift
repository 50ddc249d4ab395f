import ConfigurationSyntax

/// A key of `auth_hmac` has 32 to 64 bytes and a number of its own. It stands in the line or in a file, as text or as hexadecimal
/// digits.
///
/// keepalived leaves a key out that it cannot use. Here that is an error: adverts that a peer signs with it would be refused, and two
/// hosts be master.
enum TrailerKeys: InstanceRule {
  private static let lengths = 32...64

  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard var trailer = draft.notes.trailer else { return }
    for key in trailer.keys {
      if let first = trailer.keys.first(where: { $0.id.value == key.id.value }), first.id.span != key.id.span {
        lowering.diagnostics.report(
          .error, "duplicate-key", "there is a key \(key.id.value) already; keepalived ignores the second one",
          at: key.id.span, notes: [("the first one is written here", first.id.span)],
          suggestion: "give it another number, the same on all hosts")
        continue
      }
      guard let id = UInt8(exactly: key.id.value), let bytes = value(of: key, lowering) else { continue }
      guard lengths.contains(bytes.count) else {
        lowering.diagnostics.report(
          .error, "key-length", "key \(id) has \(bytes.count) bytes; it must have 32 to 64", at: key.value.span,
          suggestion: "make one with \"openssl rand -hex 32\" and write hex: before it")
        continue
      }
      trailer.usableKeys.append(TrailerDefinition.Key(id: id, bytes: bytes))
    }
    draft.notes.trailer = trailer
  }

  private static func value(of key: TrailerDraft.Key, _ lowering: Lowering) -> [UInt8]? {
    guard let path = rest(of: key.value.bytes, after: "file:") else { return bytes(key.value.bytes, of: key, lowering) }
    return contents(String(decoding: path, as: UTF8.self), of: key, lowering).flatMap {
      bytes($0[...], of: key, lowering)
    }
  }

  /// What a key file holds, without the line feeds at its end.
  private static func contents(_ path: String, of key: TrailerDraft.Key, _ lowering: Lowering) -> [UInt8]? {
    guard path.hasPrefix("/") else {
      lowering.diagnostics.report(
        .error, "key-file",
        "the path of a key file begins with /, or it would mean another file from another directory",
        at: key.value.span, suggestion: "write file: and the whole path")
      return nil
    }
    let contents: [UInt8]
    do {
      contents = try lowering.files.read(path)
    } catch {
      lowering.diagnostics.report(
        .error, "key-file", "the file of key \(key.id.value), \(path), \(error.reason)", at: key.value.span)
      return nil
    }
    if let status = (lowering.files as? any FileStatusProvider)?.status(of: path), status.mode & 0o004 != 0 {
      lowering.diagnostics.report(
        .warning, "key-file-readable", "every user of this host can read the file of key \(key.id.value), \(path)",
        at: key.value.span, suggestion: "chmod o-r \(path)")
    }
    return Array(contents.prefix(contents.count - contents.reversed().prefix { $0 == 0x0A || $0 == 0x0D }.count))
  }

  /// Text, or the bytes that hexadecimal digits stand for.
  private static func bytes(_ text: ArraySlice<UInt8>, of key: TrailerDraft.Key, _ lowering: Lowering) -> [UInt8]? {
    guard let digits = rest(of: text, after: "hex:") else {
      guard !text.contains(0), !text.contains(0x0A) else {
        report("is no single line of text", key, lowering)
        return nil
      }
      return Array(text)
    }
    let nibbles = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
    guard nibbles.count == digits.count, nibbles.count % 2 == 0 else {
      report("is no even number of hexadecimal digits after hex:", key, lowering)
      return nil
    }
    return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
  }

  private static func report(_ what: String, _ key: TrailerDraft.Key, _ lowering: Lowering) {
    lowering.diagnostics.report(
      .error, "key-text", "key \(key.id.value) \(what)", at: key.value.span,
      suggestion: "write two hexadecimal digits for each byte")
  }

  private static func rest(of text: ArraySlice<UInt8>, after prefix: StaticString) -> ArraySlice<UInt8>? {
    let count = prefix.utf8CodeUnitCount
    guard text.prefix(count).elementsEqual(UnsafeBufferPointer(start: prefix.utf8Start, count: count)) else {
      return nil
    }
    return text.dropFirst(count)
  }
}
