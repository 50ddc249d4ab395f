import ControlModel
import Testing

/// A router is known by a place and a name.
private struct Identity: Hashable {
  var place: String
  var name: String

  init(_ text: String) {
    let words = text.split(separator: ".")
    place = String(words[0])
    name = words.count > 1 ? String(words[1]) : ""
  }
}

@Suite struct RouterSuccessionTests {
  @Test(
    "Routers go on as what they were, and under another name if nothing else can be meant",
    arguments: [
      (["x.A"], ["x.A"], [0]), (["x.A"], ["y.A"], [nil]), (["x.A"], ["x.B"], [0]), ([], ["x.A"], [nil]),
      (["x.A"], [], []), (["x.A", "y.B"], ["y.B", "x.A"], [1, 0]), (["x.A", "y.B"], ["x.B", "y.A"], [0, 1]),
      // Two could be meant.
      (["x.A", "x.B"], ["x.C"], [nil]), (["x.A", "x.B"], ["x.A", "x.C"], [0, nil]),
      // One that is added must not take the place of one that is still there.
      (["x.A"], ["x.B", "x.A"], [nil, 0]), (["x.A"], ["x.A", "x.B"], [0, nil]), (["x.A"], ["x.B", "x.C"], [0, nil]),
      (["x.A", nil], ["x.A"], [0]), (["x.A"], ["x.A", "x.A"], [0, nil]),
    ] as [([String?], [String], [Int?])])
  func succession(old: [String?], new: [String], predecessors: [Int?]) {
    let succession = RouterSuccession(from: old.map { $0.map(Identity.init) }, to: new.map(Identity.init)) { identity in
      var identity = identity
      identity.name = ""
      return identity
    }
    #expect(succession.predecessors == predecessors)
    for position in old.indices {
      #expect(succession.isSucceeded(position) == predecessors.contains(position))
    }
  }
}
