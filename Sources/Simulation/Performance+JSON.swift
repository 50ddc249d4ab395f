import ControlModel
import NetworkTypes

extension Performance {
  /// One JSON object; moments and lengths are in seconds.
  public var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("seconds", duration.inSeconds)
      writer.member("overrun", isOverrun)
      writer.member("hosts") { writer in
        writer.array { writer in for host in hosts { writer.element(host.name) } }
      }
      writer.member("events") { writer in
        writer.array { writer in for event in events { writer.element { $0.object { write(event, into: &$0) } } } }
      }
      writer.member("addresses") { writer in
        writer.array { writer in for story in stories { writer.element { $0.object { write(story, into: &$0) } } } }
      }
    }
    return writer.text
  }

  private func write(_ event: Event, into writer: inout JSONWriter) {
    writer.member("at", Self.seconds(at: event.at))
    writer.member("host", event.host.map { hosts[$0].name })
    writer.member("router", event.router)
    writer.member("state", event.state?.label)
    writer.member("text", event.text)
  }

  private func write(_ story: AddressStory, into writer: inout JSONWriter) {
    writer.member("addresses") { writer in
      writer.array { writer in for address in story.addresses { writer.element("\(address)") } }
    }
    writer.member("periods") { writer in
      writer.array { writer in
        for period in story.periods {
          writer.element { $0.object { write(period, of: story, into: &$0) } }
        }
      }
    }
    writer.member("takeovers") { writer in
      writer.array { writer in
        for takeover in story.takeovers {
          writer.element { writer in
            writer.object { writer in
              writer.member("at", Self.seconds(at: takeover.at))
              writer.member("from", hosts[takeover.from].name)
              writer.member("to", hosts[takeover.to].name)
              writer.member("without_holder", takeover.gap.inSeconds)
            }
          }
        }
      }
    }
  }

  private func write(_ period: AddressStory.Period, of story: AddressStory, into writer: inout JSONWriter) {
    writer.member("from", Self.seconds(at: period.from))
    writer.member("to", Self.seconds(at: period.to))
    writer.member("holders") { writer in
      writer.array { writer in for holder in period.holders { writer.element(hosts[holder].name) } }
    }
    writer.member("overrun", story.isOverrun(period))
  }

  private static func seconds(at instant: MonotonicInstant) -> Double {
    (instant - MonotonicInstant(nanoseconds: 0)).inSeconds
  }
}
