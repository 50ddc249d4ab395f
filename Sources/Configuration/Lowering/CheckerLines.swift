import ConfigurationSyntax
import NetworkTypes

/// The health checkers of LVS's real servers.
extension Lowering {
  /// Checks a checker's block in a `real_server`.
  func checkChecker(_ statement: Statement, _ row: Keyword) {
    var families: [AddressFamily: SourceSpan] = [:]
    forEachLine(of: statement) { line, row in
      switch row.name {
      case "url": checkURL(line)
      case "payload", "require_reply": checkHexadecimal(line, hasWildcards: row.name == "require_reply")
      case "connect_ip", "bindto":
        if let address = address(line) { families[address.value.family] = address.span }
      default: check(line, row)
      }
    }
    if families.count > 1, let span = families[.ipv6] {
      reportServer("mixed-families", "connect_ip and bindto are of two families", at: span)
    }
    checkRequirements(of: statement, row.name)
  }

  private func checkRequirements(of statement: Statement, _ name: String) {
    func requires(_ keyword: StaticString) {
      guard child(keyword, of: statement) == nil else { return }
      reportServer("incomplete-checker", "\(name) needs \(keyword); the checker is left out", at: statement.span)
    }
    switch name {
    case "MISC_CHECK": requires("misc_path")
    case "HTTP_GET", "SSL_GET": requires("url")
    case "FILE_CHECK": requires("track_file")
    case "BFD_CHECK": requires("name")
    case "UDP_CHECK":
      if let least = number(after: "min_reply_length", of: statement),
        let most = number(after: "max_reply_length", of: statement), least > most
      {
        reportServer(
          "reply-length", "no reply can have at least \(least) and at most \(most) bytes; the check always fails",
          at: statement.span)
      }
    default: break
    }
    if let line = child("track_file", of: statement), let word = line.arguments.first {
      checkedFiles.append(Located(word.text, word.span))
    }
    if name == "BFD_CHECK", let word = child("name", of: statement)?.arguments.first {
      checkedSessions.append(Located(word.text, word.span))
    }
  }

  private func checkURL(_ statement: Statement) {
    if child("path", of: statement) == nil {
      reportServer("incomplete-checker", "the url has no path; it is left out", at: statement.span)
    }
    forEachLine(of: statement) { line, row in
      switch row.name {
      case "digest":
        let word = line.words[1]
        if word.bytes.count == 32, word.bytes.allSatisfy(Self.isHexadecimal) { return }
        reportServer("bad-value", "a digest has 32 hexadecimal digits; the line is ignored", at: word.span)
      case "status_code": for word in line.arguments { checkStatusCode(word) }
      case "regex_min_offset", "regex_max_offset", "regex_stack":
        for word in line.arguments where !isNumber(word, 0...Int(Int32.max)) {
          reportServer("bad-value", "\(row.name): '\(word.text)' is not a whole number", at: word.span)
        }
      default: check(line, row)
      }
    }
    guard let least = number(after: "regex_min_offset", of: statement),
      let most = number(after: "regex_max_offset", of: statement), most <= least
    else { return }
    reportServer("offset-range", "regex_max_offset must be above regex_min_offset", at: statement.span)
  }

  private func checkStatusCode(_ word: Word) {
    let ends = word.bytes.split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
      .map(Self.wholeNumber)
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, 100...599 ~= first,
      100...599 ~= last
    else {
      reportServer(
        "bad-value", "'\(word.text)' is neither a status code from 100 to 599 nor a range of them; it is ignored",
        at: word.span)
      return
    }
  }

  private func checkHexadecimal(_ statement: Statement, hasWildcards: Bool) {
    for word in statement.arguments {
      let isGood = word.bytes.allSatisfy {
        Self.isHexadecimal($0) || $0 == UInt8(ascii: " ") || hasWildcards && ($0 | 0x20) == UInt8(ascii: "x")
      }
      guard !isGood else { continue }
      reportServer(
        "bad-value", "'\(word.text)' is not written in hexadecimal digits; the line is ignored", at: word.span)
    }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte & 0xDF)
  }
}
