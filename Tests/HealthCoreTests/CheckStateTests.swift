import HealthCore
import Testing

@Suite struct CheckStateTests {
  /// A check's settings, the results of its runs (`+` and `-`), and the verdict after each (`?`, `+`, `-`).
  struct Row: Sendable, CustomTestStringConvertible {
    var rise = 1
    var fall = 1
    var initiallyFailed = false
    var results: String
    var verdicts: String
    var testDescription: String { "rise \(rise) fall \(fall) init_fail \(initiallyFailed): \(results) → \(verdicts)" }
  }

  @Test(arguments: [
    Row(results: "+-+", verdicts: "+-+"),
    Row(rise: 3, fall: 3, results: "+", verdicts: "+"),
    Row(rise: 3, fall: 3, results: "-", verdicts: "-"),
    Row(rise: 3, fall: 2, results: "+-+--+++", verdicts: "++++---+"),
    Row(rise: 1, fall: 3, results: "+--+--+---", verdicts: "+++++++++-"),
    Row(rise: 3, fall: 1, results: "-++-+++", verdicts: "------+"),
    // As keepalived 2.2.7 does: one that is initially failed is up with its first success, whatever rise is.
    Row(rise: 3, fall: 3, initiallyFailed: true, results: "+--+---+++", verdicts: "++++++---+"),
    Row(rise: 3, initiallyFailed: true, results: "-++-+++", verdicts: "------+"),
    Row(rise: 2, initiallyFailed: true, results: "+-++", verdicts: "+--+"),
    Row(initiallyFailed: true, results: "-+", verdicts: "-+"),
    Row(rise: 0, fall: -4, results: "+-+", verdicts: "+-+"),
  ])
  func verdictsFollowResults(_ row: Row) {
    var check = CheckState(rise: row.rise, fall: row.fall, initiallyFailed: row.initiallyFailed)
    var shown = ""
    var last = check.verdict
    for result in row.results {
      let change = check.record(success: result == "+")
      #expect((change != nil) == (check.verdict != last))
      if let change { #expect(change == check.verdict) }
      last = check.verdict
      shown += check.verdict == .up ? "+" : check.verdict == .down ? "-" : "?"
    }
    #expect(shown == row.verdicts)
  }

  @Test func aCheckThatHasNotRunIsUnknownUnlessItIsInitiallyFailed() {
    #expect(CheckState().verdict == .unknown)
    #expect(CheckState(initiallyFailed: true).verdict == .down)
  }

  @Test func aCheckThatGoesOnFromAVerdictIsCarefulWithIt() {
    var down = CheckState(rise: 2, fall: 2, verdict: .down)
    #expect(down.verdict == .down && down.record(success: true) == nil && down.record(success: true) == .up)
    var up = CheckState(rise: 2, fall: 2, verdict: .up)
    #expect(up.verdict == .up && up.record(success: false) == nil && up.record(success: false) == .down)
    var none = CheckState(rise: 2, fall: 2, verdict: .unknown)
    #expect(none.record(success: false) == .down)
  }

  @Test func otherThresholdsKeepTheVerdictAndLeaveTheNextResultToDecide() {
    var check = CheckState(rise: 1, fall: 5)
    _ = check.record(success: true)
    for _ in 0..<4 { _ = check.record(success: false) }
    check.setThresholds(rise: 1, fall: 2)
    #expect(check.verdict == .up)
    #expect(check.record(success: false) == .down)
  }

  @Test func whatIsAskedOtherwiseCountsAnewAgainstTheVerdictThatHolds() {
    var check = CheckState(rise: 2, fall: 3)
    for success in [true, false, false] { _ = check.record(success: success) }
    check.countAnew()
    #expect(check.verdict == .up && check.contrary == 0)
    #expect((1...3).map { _ in check.record(success: false) } == [nil, nil, .down])
    var fresh = CheckState(rise: 2, fall: 3)
    fresh.countAnew()
    #expect(fresh.record(success: false) == .down)
  }
}
