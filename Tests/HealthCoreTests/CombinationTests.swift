import HealthCore
import Testing

@Suite struct CombinationTests {
  @Test(
    "Members come to one verdict, as soon as those without one cannot change it",
    arguments: [
      (.any, [.up, .down], .up), (.any, [.unknown, .up], .up), (.any, [.down, .unknown], .unknown),
      (.any, [.down, .down], .down), (.all, [.up, .up], .up), (.all, [.up, .unknown], .unknown),
      (.all, [.down, .unknown], .down), (.atLeast(2), [.up, .up, .down], .up),
      (.atLeast(2), [.up, .unknown, .down], .unknown), (.atLeast(2), [.up, .down, .down], .down),
      (.atLeast(2), [.unknown, .unknown], .unknown), (.atLeast(0), [.down], .down), (.atLeast(9), [.up], .down),
      (.any, [], .up), (.all, [], .up),
    ] as [(Combination, [Verdict], Verdict)])
  func verdicts(combination: Combination, members: [Verdict], verdict: Verdict) {
    #expect(combination.verdict(of: members) == verdict)
  }

  @Test("One more member that is up never makes it worse, whatever the rest is")
  func monotonic() {
    for combination in [Combination.any, .all, .atLeast(1), .atLeast(2), .atLeast(3)] {
      for first in Verdict.allCases {
        for second in Verdict.allCases {
          let rank = { (verdict: Verdict) in [.down: 0, .unknown: 1, .up: 2][verdict] ?? -1 }
          let worse = rank(combination.verdict(of: [first, second, .down]))
          #expect(rank(combination.verdict(of: [first, second, .unknown])) >= worse)
          #expect(rank(combination.verdict(of: [first, second, .up])) >= worse)
        }
      }
    }
  }

  @Test("The reason names the members that are not up")
  func reason() {
    let members: [(name: String, verdict: Verdict, reason: String)] = [
      ("probe a", .up, "HTTP 200"), ("probe b", .down, "HTTP 503 in 12 ms"), ("script c", .unknown, ""),
      ("script d", .down, ""),
    ]
    #expect(
      Combination.atLeast(2).reason(of: members)
        == "1 of 4 up, at least 2 wanted; probe b: HTTP 503 in 12 ms; script c has not answered yet; script d is down")
    #expect(Combination.all.reason(of: Array(members.prefix(1))) == "1 of 1 up, all wanted")
  }
}
