import ConfigurationSyntax

/// The kinds that ask this host.
extension Lowering {
  static var hostKinds: [ProbeKind] { [loadKind, diskKind, memoryKind] }

  private static var loadKind: ProbeKind {
    ProbeKind(
      name: "load", meaning: "Looks at this host's load average over 1, 5 or 15 minutes",
      actions: [.option("most", \.most) { $1.thousandths($0) }]
    ) { statement, options, lowering in
      guard let word = lowering.target(statement, "1") else { return nil }
      guard let minutes = wholeNumber(word.bytes), [1, 5, 15].contains(minutes) else {
        return lowering.refuse(
          "bad-target", "'\(word.text)' is none of the averages over 1, 5 and 15 minutes", at: word,
          suggestion: "write load 1, load 5 or load 15")
      }
      guard let most = options.most else {
        return lowering.refuse(
          "missing-option", "load needs to be told how much is too much", at: statement.words[0],
          suggestion: "write most NUMBER in the block")
      }
      return .load(LoadQuestion(minutes: minutes, most: most))
    }
  }

  private static var diskKind: ProbeKind {
    ProbeKind(
      name: "disk", meaning: "Looks at the file system that holds a path",
      actions: [
        .option("free", \.free) { $1.amount($0) }, .option("inodes", \.inodes) { $1.amount($0) },
        .flag("writable", \.writable),
      ]
    ) { statement, options, lowering in
      guard let word = lowering.target(statement, "/var") else { return nil }
      guard word.text.hasPrefix("/") else {
        return lowering.refuse("bad-target", "'\(word.text)' is not an absolute path", at: word)
      }
      var question = DiskQuestion(path: word.text)
      question.free = options.free
      question.inodes = options.inodes
      question.writable = options.writable
      return .disk(question)
    }
  }

  private static var memoryKind: ProbeKind {
    ProbeKind(
      name: "memory", meaning: "Looks at this host's memory, and at how long programs wait for it",
      actions: [
        .option("some", \.some) { $1.thousandths($0) }, .option("full", \.full) { $1.thousandths($0) },
        .option("window", \.window) { statement, lowering in
          guard let word = statement.arguments.first else { return nil }
          guard let seconds = wholeNumber(word.bytes), [10, 60, 300].contains(seconds) else {
            return lowering.refuse(
              "bad-value", "'\(word.text)' is none of the kernel's averages", at: word,
              suggestion: "write 10, 60 or 300")
          }
          return seconds
        },
        .option("available", \.available) { $1.amount($0) },
      ]
    ) { statement, options, lowering in
      if let word = statement.arguments.first {
        return lowering.refuse("bad-target", "memory takes no target", at: word)
      }
      var question = MemoryQuestion()
      question.some = options.some.map { $0 / 100 }
      question.full = options.full.map { $0 / 100 }
      question.window = options.window ?? 10
      question.available = options.available
      guard question.some != nil || question.full != nil || question.available != nil else {
        return lowering.refuse(
          "missing-option", "memory needs a limit", at: statement.words[0],
          suggestion: "write some 20, full 10 or available 5% in the block")
      }
      return .memory(question)
    }
  }
}
