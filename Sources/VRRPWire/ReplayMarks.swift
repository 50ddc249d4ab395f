import NetworkTypes

/// Highest number accepted from each sender of a virtual router, by which replays are found.
///
/// Senders are told apart by their address, which is signed. The number of marks is bounded: a new sender takes the
/// place of the least mark, and all senders without a mark of their own share one from then on, so that no advert is
/// ever accepted twice.
public struct ReplayMarks: Sendable {
  /// A sender and the highest number that was taken from it.
  public struct Mark: Sendable, Hashable {
    /// Sender; `nil` for all senders without a mark of their own.
    public var sender: IPAddress?
    /// Highest number accepted; `nil` if there was none.
    public var number: TrailerNumber?

    /// A mark of the given values.
    public init(sender: IPAddress? = nil, number: TrailerNumber? = nil) {
      self.sender = sender
      self.number = number
    }
  }

  /// Number of marks, including the shared one.
  public static let capacity = 16

  /// Marks; the first is the shared one.
  private var marks = Array(repeating: Mark(), count: capacity)
  private let window: Int?

  /// No marks. `window` is the greatest distance in seconds of a number from this host's clock; `nil` if numbers need
  /// only increase.
  public init(window: Int?) {
    self.window = window
  }

  /// Mark at a position below ``capacity``.
  public subscript(position: Int) -> Mark {
    get { marks.indices.contains(position) ? marks[position] : Mark() }
    set { if marks.indices.contains(position) { marks[position] = newValue } }
  }

  /// Accepts the number of an authentic advert if it is new. Returns the position of the sender's mark, which has
  /// changed; with a new sender the shared mark has changed too. Returns `nil` for a number that was accepted before,
  /// or may have been.
  public mutating func accept(_ number: TrailerNumber, from sender: IPAddress, at time: CalendarInstant) -> Int? {
    let clock = TrailerNumber(at: time)
    let own = marks.indices.dropFirst().first { marks[$0].sender == sender }
    guard isAbove(number, marks[own ?? 0], clock) else { return nil }
    if let own {
      marks[own].number = number
      return own
    }
    let place = placeForNew()
    if let given = marks[place].number, isAbove(given, marks[0], clock) { marks[0].number = given }
    marks[place] = Mark(sender: sender, number: number)
    return place
  }

  /// Whether a number is above a mark. A number beyond the window is stale anyway. Comparing it like others would shut
  /// out a host whose clock was ahead and has been corrected.
  private func isAbove(_ number: TrailerNumber, _ mark: Mark, _ clock: TrailerNumber) -> Bool {
    guard let taken = mark.number else { return true }
    if let window, abs(taken.seconds(since: clock)) > window { return true }
    return number.isAfter(taken)
  }

  /// Position of an unused mark, or else of the least one.
  private func placeForNew() -> Int {
    var least = 1
    for position in marks.indices.dropFirst() {
      guard let number = marks[position].number else { return position }
      if let other = marks[least].number, other.isAfter(number) { least = position }
    }
    return least
  }
}
