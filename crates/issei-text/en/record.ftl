# What detectors write into findings. The record has it in English and keeps it so; here its sentences are known again
# (src/record.rs), so that they can be said in Japanese. A message has one line and stands for what a detector writes, word
# for word. Its holes: `n…` a figure, `span…` a time as records have it, `as-…` something that stays as it came, else a
# phrase, which may have a message of its own.

## units
record-unit-destinations = destinations
record-unit-records = records
record-unit-networks = networks
record-unit-addresses = addresses
record-unit-lines = lines
record-unit-packets = packets
record-unit-rate = packets/s
record-unit-bytes = bytes
record-unit-seconds = s
record-unit-hosts = hosts
record-unit-ports = ports
record-unit-sessions = sessions
record-unit-hours = hours
record-unit-peers = peers
record-unit-flows = flows
record-unit-returns = returns
record-unit-octets = of 224 that can be routed

## said by several detectors
record-about = about { $n }
record-some-of = { $n } of { $n-all }
record-after = { $span } after
record-before = { $span } before
record-share = { $n } of { $n-all } contacting lines are suspects, { $n-expected } expected by chance
record-standard-error = its standard error
record-no-payload = what was said on the connection: no payload is looked at
record-device-made-contact = which device behind a line made the contact
record-device-meant = which device behind the line made the contact, and whether a person meant it
record-device-sent = which device behind the line sent the packets
record-shared-address = whether other names or customers share the address
record-shared-other-side = whether other names or customers share the other side's address
record-evidence-wrong = the evidence against the line turns out wrong
record-product-vendor-host = the vendor or the host names the service as part of an ordinary product
record-product-customer-vendor = the customer or the vendor names the service as part of an ordinary product
record-no-names = flow records do not show names
record-share-address-devices = a line's devices share its address
record-research-tool = a researcher, an administrator or an inventory tool
record-look-alike-customer = the packets look alike; ask the customer
record-look-alike = the packets look alike; ask
record-who-ordered = who gave the order, and whether the owner knows of it
record-family-mirai-kept = Mirai and kin: two-byte payloads both ways about once a minute
record-family-gafgyt-kept = Gafgyt and kin: short text payloads in question and answer

## scans: observations
record-scan-destinations = different destinations in all
record-scan-destinations-estimated = different destinations in all, estimated, standard error 6.5 %
record-scan-openings = openings to them
record-scan-within = { $what } within { $n } h, of those kept one by one
record-scan-failed = failed
record-scan-outcome-unknown = outcome unknown
record-scan-answered = answered
record-scan-among-own = among the own lines
record-scan-networks = foreign networks (IPv4 /16, IPv6 /32) of these
record-scan-by-port = destinations by port
record-scan-other-ports = openings to other ports since the first
record-scan-greatest-ratio = greatest log-likelihood ratio of the first contacts
record-scan-bare = openings without TCP options
record-hit-dark = different dark addresses within { $n } h
record-hit-dark-worm = different dark addresses at worm ports within { $n } h
record-hit-expected = dark addresses to expect of the busiest innocent line
record-hit-marks = openings whose sequence number is their destination
record-hit-by-port = destinations by worm port
record-ports-hosts = hosts with so many failing ports
record-ports-together = failing ports of these hosts together
record-ports-most = failing ports of one host, at most
record-ports-refused = openings refused since the decision
record-ports-unanswered = openings unanswered since the decision
record-ports-lowest = the lowest ports of the first host
record-logins-sessions = sessions in all
record-logins-most = most sessions within one window
record-logins-sent = mean size sent
record-logins-back = mean size that came back
record-logins-length = mean length
record-logins-spread = spread of the sizes sent
record-logins-at-once = sessions open at once
record-logins-spoke-first = share of the sessions in which the service spoke first

## scans: summaries
record-scan-summary = scans worm ports: { $n } of { $of } destinations fail ({ $as-ports })
record-scan-summary-sampled = opens to worm ports: { $of } different destinations among one packet in { $n } ({ $as-ports })
record-hit-summary = opens to { $n } different dark addresses, { $n-worm } of them at worm ports
record-ports-summary-one = tries { $n } ports of one host without success
record-ports-summary = tries up to { $n } ports of each of { $n-hosts } hosts without success
record-logins-summary = guesses log-ins: { $n } short sessions with one service on port { $n-port }

## scans: other explanations
record-scan-peers = peer-to-peer programs
record-scan-nat = a NAT with many users
record-scan-peers-because = { $n } openings to worm ports beside { $n-other } to others; with a share of { $n-share } among peers' ports the chance is e^{ $n-ln }
record-scan-backscatter = answers to packets that others sent in this line's name (backscatter)
record-scan-only-openings = only TCP openings are counted: SYN without ACK, sent by the line
record-scan-outage = an outage of a network that the line is used to contact
record-scan-outage-sampled = outcomes are not visible under sampling
record-scan-outage-busiest = even the busiest innocent line does not open to so many destinations
record-scan-outage-networks = the destinations lie in { $n } networks
record-scan-outage-own = the destinations lie among the own lines; whether they are devices in use is not seen
record-scan-own-tool = a tool for the own network
record-scan-own-tool-inside = some destinations are own lines: an administrator's tool is likelier than outside
record-scan-own-tool-foreign = all destinations are foreign
record-scan-forged = packets forged in this line's name
record-scan-forged-named = the exporter names the interface by which the packets came in: compare it with the line's
record-scan-forged-unnamed = the exporter does not name the interface by which the packets came in; where sources are not checked at the line (BCP 38), another line may have forged them
record-hit-mistake = a typing error or a setting that is out of date
record-hit-mistake-many = { $n } different addresses
record-hit-mistake-few = { $n } addresses so far
record-hit-peers = peer-to-peer programs with stale lists of peers
record-hit-peers-many = { $n } dark addresses to expect, { $n-seen } seen
record-hit-peers-few = too few addresses to tell
record-ports-shared = many peers of one program behind one shared address (carrier-grade NAT)
record-ports-shared-many = { $n } ports of one host
record-ports-shared-unknown = whether the address is shared is not known here
record-ports-forged = packets forged in this source's name
record-ports-forged-own = where sources are not checked at the line (BCP 38), another line may have forged them
record-ports-forged-foreign = who sent them cannot be seen from here
record-ports-free = a program that looks for a free port of its server
record-ports-free-few = such programs try a handful
record-ports-backscatter = answers to packets that others sent in this source's name (backscatter)
record-ports-only-openings = only openings and what was refused are counted
record-logins-copying = copying of files
record-logins-copying-because = { $n } bytes sent and { $n-back } received a session, spread { $n-spread }
record-logins-monitor = a monitor that looks in at intervals
record-logins-monitor-because = { $n } sessions are open at once
record-logins-script = a script of the owner that logs in again and again with a key
record-logins-script-because = success and failure look alike without payload; the service's log decides

## scans: what refutes, what is not shown, families
record-scan-refuted-survey = the customer or an administrator names a survey, an inventory or a research tool that asked these ports
record-scan-refuted-own = the destinations turn out to be devices of the customer's own that were out of reach
record-scan-refuted-exporters = other exporters on the line's way did not see these packets
record-scan-not-broken = that any destination was broken into: no payload is looked at
record-hit-refuted-used = an address counted as dark is or was in use, or a name still points to it
record-hit-refuted-exporter = the packets did not come from the line: its exporter does not show them
record-hit-refuted-tool = the customer or an administrator names the tool that asked these addresses
record-hit-not-else = what else the line asked: dark space sees a share of it
record-ports-refuted-asked = the scanned host's owner asked for it: a test of security, an inventory
record-ports-refuted-program = a program is named that tries so many ports of one host by itself
record-ports-not-broken = that any service was broken into: no payload is looked at
record-logins-refuted-log = the service's log shows that the log-ins succeeded
record-logins-refuted-owner = the owner of both sides names the script or the monitor that opened the sessions
record-logins-not-tried = which names and passwords were tried, and whether one was right: no payload is looked at
record-logins-not-device = which device behind the line opened the sessions
record-family-mirai-marks = Mirai: { $n } openings whose sequence number is their destination (chance 2^-32 each)
record-family-mirai-raw = Mirai and kin: raw openings, { $n } destinations at 23 and { $n-second } at 2323
record-family-reaper = IoTroop/Reaper: { $n } ports asked with swapped bytes, { $n-both } of them in both orders

## scans: tests
record-scan-test-failed = P(N>={ $n }) failed destinations on worm ports
record-scan-test-sampled = P(N>={ $n }) destinations on worm ports
record-scan-test-ratio = log-likelihood ratio of the first contacts
record-scan-null = { $who } opens to { $n } destinations on worm ports in { $n-hours } h on average, { $law }
record-scan-null-busiest = the busiest innocent line (all destinations lie in one network, so one outage may explain them)
record-scan-null-innocent = an innocent line
record-scan-null-negative = by a negative binomial law of dispersion { $n }
record-scan-null-poisson = by a Poisson law
record-scan-null-ratio = of an innocent line's first contacts { $n } fail, of a scanner's { $n-scanner }; the sum starts anew at zero, and the bound holds per start
record-scan-null-sampled = the busiest innocent line opens to { $n } destinations on worm ports in { $n-hours } h, of which one in { $n-sampling } is seen: { $n-seen }, { $law }
record-hit-test-marks = expected openings with the mark, { $n } seen
record-hit-test-worm = P(N>={ $n }) dark addresses at worm ports
record-hit-test = P(N>={ $n }) dark addresses
record-hit-null-marks = the sequence number of an opening is its destination once in 2^32
record-hit-null-worm = the busiest innocent line opens to { $n } destinations on worm ports in { $n-hours } h; drawn blindly { $n-dark } of them are dark
record-hit-null = the busiest innocent line opens to { $n } addresses in { $n-hours } h that it does not know; drawn blindly { $n-dark } of them are dark
record-hit-null-rfc = RFC 9293, section 3.4.1: initial sequence numbers are not predictable
record-ports-test = P(N>={ $n }) failing ports of one host
record-ports-null = an innocent line that failed at some ports of a host fails at one more with chance { $n } (geometric law)
record-logins-test = P(N>={ $n }) log-in sessions in { $n-seconds } s
record-logins-null = an innocent line begins { $n } sessions with one such service in { $n-seconds } s on average, by a negative binomial law of dispersion { $n-dispersion }

## contacts: observations
record-contact-sessions = sessions, at least
record-contact-answered = records with an answer
record-contact-packets-sent = packets sent, scaled
record-contact-bytes-sent = bytes sent, scaled
record-contact-bytes-back = bytes that came back, scaled
record-contact-hours = hours of the day in which it came
record-contact-interval = median of the last intervals between sessions
record-contact-interval-spread = their spread: quartiles' distance by the median
record-returning-returns = returns, at least
record-returning-lines = remembered lines that use it
record-session-began = session began, by the first evidence
record-session-ended = session last seen, by the first evidence
record-session-size-sent = mean size of packets sent
record-session-size-back = mean size of packets back
record-session-rivals = other sessions that fit as well
record-session-others = other suspects with a session at this endpoint
record-session-downloads = downloads from the same host
record-session-seen = seen
record-download-first = first download, by the first evidence
record-download-ratio = bytes back for each byte sent
record-match-weight = weight of the statement, of 1
record-match-packets = packets, scaled
record-match-bytes = bytes, scaled
record-match-lines = lines told for this endpoint
record-match-statement = statement
record-match-said = `{ $as-label }`, said by { $as-source } at { $as-at }
record-match-said-undated = `{ $as-label }`, said by { $as-source } without a date
record-bots-suspects = suspects among the sampled peers
record-bots-own = of these, lines of ours
record-bots-elsewhere = of these, hosts elsewhere that scan us
record-bots-mutual = lines of ours that name each other
record-bots-sampled = peers sampled
record-bots-all = peers in all, at least
record-bots-expected = suspects expected by chance
record-bots-chance-own = chance that a peer of ours is suspect
record-bots-chance-elsewhere = chance that a peer elsewhere is
record-bots-control = suspects among the peers of lines that nobody suspects

## contacts: summaries
record-returning-summary = returned { $n } times to one service { $how }
record-returning-unusual = on an unusual port
record-returning-regular = at regular intervals
record-returning-each = { $how }, each { $span }
record-returning-never = { $how }, never answered
record-session-summary = a session held when the line began to misbehave ({ $as-rule }): it began { $began } the first evidence and was last seen { $ended }
record-download-summary = { $n } downloads { $reason }; the first { $began } the first evidence
record-download-same = from the host of a session held when the line began to misbehave
record-download-before = shortly before the line began to misbehave
record-match-summary = what { $as-sources } warns of { $way }; the statement weighs { $n } of 1
record-match-let-in = was let in by the line
record-match-tried = was tried by the line without an answer
record-match-contacted = was contacted by the line
record-bots-summary = a suspect that talks with other suspects as peers: { $n } of { $n-all } sampled peers, { $n-expected } expected by chance; one of a set of devices without a server to cut

## contacts: other explanations
record-returning-healthy = a healthy device or program that calls home
record-returning-healthy-because = the most regular callers are healthy ones; regularity cannot tell them apart
record-returning-chosen = a service that the customer chose: a game, a camera, a monitor
record-returning-chosen-because = flow records do not show what the service is
record-session-chance = an ordinary session that stood by chance
record-session-chance-marked = the meter saw a botnet's keep-alive, which others may use too
record-session-chance-rivals = { $n } other sessions of the line fit as well
record-session-device = another device behind the same line held it
record-session-found = a host that the scan found open
record-session-found-because = the line was in contact with the host before the first evidence
record-download-software = software, an update or a page that somebody fetched
record-download-software-same = the host also holds the session, so one party serves both; a vendor may
record-download-software-time = only the time speaks against it
record-download-device = another device behind the same line fetched it
record-match-wrong = the list is wrong, old, or speaks of another customer of the address
record-match-wrong-because = lists are often wrong; a hit alone is never more than context
record-match-shared = an ordinary service on the same shared address
record-bots-sharing = peer-to-peer file sharing beside the infection
record-bots-sharing-because = of { $n } peers, { $n-expected } would be suspects by chance, and { $n-are } are
record-bots-found = hosts that the line's own scan found open
record-bots-found-because = ports that worms probe are left out
record-bots-crowd = peers behind translators that scanners share
record-bots-crowd-measured = so are the peers of other lines, and of { $n } only { $n-suspects } are suspects
record-bots-crowd-few = too few peers of other lines were seen to measure how common that is

## contacts: what refutes, what is not shown, families
record-session-refuted-clean = lines that nobody suspects hold such sessions with the service as often
record-session-not-order = that an order was given: only that a session stood when the deed began
record-download-refuted-file = what the service hands out is an ordinary product's file
record-match-refuted-back = the list's publisher takes the statement back, or it is older than the address's present owner
record-match-refuted-shared = the endpoint turns out to be shared by ordinary services
record-match-not-true = that the statement was ever true, or is true today
record-bots-refuted-ordinary = the peers turn out to be ordinary ones behind addresses that scanners share
record-bots-refuted-clean = lines that nobody suspects have as many suspects among their peers
record-bots-refuted-wrong = the evidence against the line or its peers turns out wrong
record-bots-not-exchanged = what was exchanged: no payload is looked at
record-bots-not-device = which device behind the line takes part
record-bots-not-server = a server: there is none to cut, only devices to clean
record-bots-not-single = that any single peer elsewhere is infected: sources of probes can be forged
record-family-table = Hajime, Mozi and kin: it entered BitTorrent's table of peers

## contacts: tests
record-bots-test = chance that so many peers are suspects
record-bots-null = a suspect picks its peers as other lines do: independent trials, { $n } for each peer of ours and { $n-elsewhere } for each elsewhere: P(N>={ $n-count }) = e^{ $n-ln } among { $n-all }
record-bots-null-origin = the greatest of the share decided ({ $origin }), the 95 % upper bound among { $n } peers of other lines, and the suspects' share of the active lines

## command servers: observations
record-command-suspects = suspects among the contacts sampled
record-command-sampled = contacts sampled
record-command-expected-within = suspects expected by chance within the classes
record-command-expected-all = suspects expected by chance among all lines
record-command-contacts = contacts in all, at least
record-command-active = active lines, at least
record-command-all-suspects = suspects in all
record-command-share = lower bound of the suspects' share
record-command-clean = clean contacts among the active lines
record-command-class = class { $name }
record-command-class-mixed = mixed (more than four)
record-command-class-unknown = unknown
record-command-class-count = { $n } of { $n-all } contacts suspected, { $n-suspects } of { $n-lines } lines
record-command-by-rule = sampled contacts suspected by { $as-rule }
record-command-related = suspects first in contact within { $n } h of their suspicion
record-command-after = suspects first in contact only after their infection
record-command-after-expected = of these expected if contacts did not care for infections
record-command-time = time from the first to the last contact
record-command-bytes-to = bytes sent to it, scaled
record-command-size = mean size of the packets sent
record-command-rate = packets sent by a line
record-command-dated = dated indicator

## command servers: summaries
record-command-confirmed = command server by two independent kinds of evidence: { $share }, and a dated indicator
record-command-possible = possible command server: { $share }
record-command-target = target of the suspects, not their command server: { $share }
record-command-files = hands out files to suspects: { $share }
record-command-protected = shared by suspects, but protected as { $source }
record-command-common = shared by suspects and by too many clean lines: { $share }
record-command-cloud = shared by suspects, perhaps as the cloud of one device model: { $share }
record-command-no-longer = no longer a possible command server: { $share }
record-known-resolver = public resolver: { $as-name }
record-known-clock = public clock: { $as-name }
record-known-content = content network: { $as-name }
record-known-updates = updates and services: { $as-name }
record-known-roots = root name servers

## command servers: other explanations
record-command-classed = the class of { $n } of { $n-all } sampled contacts is known
record-command-a-cloud = the cloud of one vulnerable device model
record-command-a-cloud-open = no class is known, and the times or another service's contacts speak for a cloud
record-command-a-cloud-onset = { $n } of { $n-all } suspects came only after their infection, { $n-expected } expected of a cloud; { $classed }
record-command-a-cloud-compared = compared within device classes; { $classed }
record-command-a-cloud-no-other = { $classed }; no other service explains the contacts
record-command-a-target = a target of the suspects' attack
record-command-a-target-open = much is sent and little comes back
record-command-a-target-ratio = { $n } bytes come back for each byte sent, { $n-rate } packets a second and line
record-command-a-target-blind = nothing that comes back is exported here; only the low rate speaks against it
record-command-everybody = a service that everybody uses
record-command-everybody-listed = listed as { $source }
record-command-everybody-open = { $n } of the active lines use it and are no suspects
record-command-everybody-no = not listed ({ $n } places known), and { $n-share } of the active lines use it without being suspects
record-command-hosting = another service on the same shared address
record-command-hosting-because = flow records do not show names; the radius must be measured before anything is cut
record-command-sinkhole = a sinkhole or a researcher's server that infected devices reach
record-command-sinkhole-because = lists of sinkholes are the place to ask
record-command-peer = one peer of a network without servers
record-command-peer-because = half of its suspects contact at most { $n } UDP services at client ports

## command servers: what refutes, what is not shown, test
record-command-refuted-clean = clean lines of the same device class contact the service as often
record-command-refuted-given = the suspicions against the lines turn out wrong, for they are counted as given
record-command-not-single = that any single service of the list is a command server: the bound is on the list
record-command-test = expected share of wrong ones in the list up to this service
record-command-null = contacts drawn blindly within each set of device classes (convolved hypergeometric laws): P(X>={ $n }) = e^{ $n-ln }; first contacts indifferent to the infections: P(N>={ $n-after }) = e^{ $n-after-ln }; both combined by Fisher's method, or the greater of the second and of the first without classes, e^{ $n-blind }; the smaller of these doubled: e^{ $n-both }; one of { $n-services } services that could have had { $n-least } suspects
record-command-null-origin = counted in the same records: active lines, suspects and contacts

## floods: observations
record-flood-made-of = made of
record-flood-openings = TCP openings (SYN)
record-flood-unacknowledged = TCP packets that nobody acknowledges
record-flood-datagrams = UDP datagrams
record-flood-control = ICMP messages
record-flood-other = packets of other protocols (GRE and the like)
record-flood-replies = amplified replies
record-flood-answers = TCP answers
record-flood-streams = TCP packets without an opening
record-flood-rate = rate in the fullest window of 10 s
record-flood-rate-error = its error, 95 %, by the packets sampled (plus or minus)
record-flood-window = packets sampled in that window
record-flood-packets = packets, scaled by the sampling
record-flood-bytes = bytes, scaled by the sampling
record-flood-back = packets that came back, as sampled
record-flood-to-nothing = openings that led to nothing, as sampled
record-flood-own-lines = own lines that sent within one window, at least
record-flood-time = time from the first to the last packet
record-flood-source-ports = source ports
record-flood-ports = destination ports
record-flood-many-ports = many, none above 1 %
record-flood-flags = TCP flags of the records
record-flood-manner = manner
record-flood-reflection = reflection
record-flood-spoofed = spoofed direct
record-flood-direct = direct
record-flood-sources = sources
record-flood-size = mean size of a packet
record-flood-of-source = packets of a source
record-flood-octets = first octets among the sources
record-flood-unroutable = packets from addresses that no network routes
record-flood-fragments = of these non-first fragments, which have no ports
record-flood-addresses = addresses hit
record-flood-part = share of the part hit most
record-flood-everything = packets of every kind that nobody asked for, while watched, as sampled
record-flood-everybody = sources of these
record-flood-meanwhile = packets sent by the subject meanwhile, but for answers to openings and refusals
record-flood-only-answers = packets of the subject that only answer openings or refuse
record-scatter-addresses = own or dark addresses answered
record-scatter-quiet = of these quiet or dark
record-scatter-first = records whose first packet was an answer
record-scatter-packets = packets for each address
record-radiation-flows = unsolicited inbound flows
record-radiation-sources = distinct sources
record-radiation-telnet-sources = distinct sources on Telnet (23, 2323)
record-radiation-telnet-flows = flows on Telnet (23, 2323)
record-radiation-unanswered = unanswered
record-radiation-refused = refused
record-radiation-exchange = that led to an exchange

## floods: summaries
record-flood-by-servers = reflection by TCP servers
record-flood-by = reflection by { $as-services }
record-flood-forged = flood of { $what } with forged sources
record-flood-of = flood of { $what }
record-flood-with-fragments = { $what } with fragments
record-flood-summary = { $what }: { $n } packets from { $n-sources } sources in { $span }
record-flood-over = { $what } over { $n } addresses
record-outbound-joint = flooded by { $n } suspected lines at once with { $what }: { $n-rate } packets/s together (±{ $n-error } %)
record-outbound-open = an open service of this line answers one address with { $n } packets/s (±{ $n-error } %): most likely misused for reflection
record-outbound-summary = floods one service with { $what }: { $n } packets/s (±{ $n-error } %)
record-scatter-summary = victim of a flood with forged sources: answered { $n } own or dark addresses that never asked, { $n-packets } packets in { $span }
record-radiation-summary = { $n } unsolicited flows from { $n-sources } sources in { $span }, { $n-telnet } of them on Telnet

## floods: other explanations
record-flood-asked = answers to questions of the subject itself
record-flood-asked-seen = { $n } packets to such ports and { $n-records } TCP records were seen from it meanwhile
record-flood-asked-unseen = nothing that own lines send was seen at all; the shape speaks against it: the answers aim at few ports or are repeated without being acknowledged
record-flood-by-themselves = the answering services attack by themselves
record-flood-by-themselves-because = their own traffic would have to be looked at where they stand; forged questions are the usual cause
record-flood-clients = many true clients at once
record-flood-clients-because = { $n } packets of a source on average; a client repeats what is not answered
record-flood-down = a service that is down while its clients try again
record-flood-owner-knows = the owner of the subject knows whether it ran
record-flood-popular = a popular event or a service that is down while its clients try again
record-flood-speed = a speed test, a stream or a tunnel
record-flood-speed-because = { $n } sources take part; { $n-back } packets were sent back
record-flood-scan = a scan of the subject
record-flood-scan-because = { $n } packets in the time tested, where a scan sends one or two to a port
record-outbound-upload = an upload, a backup or a call
record-outbound-upload-blind = what comes back is not exported here
record-outbound-upload-openings = openings carry nothing
record-outbound-upload-back = { $n } packets came back for { $n-sent } sent, as sampled
record-outbound-stream = a stream or a speed test that nobody acknowledges
record-outbound-stream-because = the owner of the line knows; such streams seldom pass 1,000 packets a second
record-outbound-flooded = answers of a line that is itself flooded
record-outbound-flooded-because = SYN-ACK, RST and refusals are not counted
record-outbound-forged = forged own addresses from elsewhere in the own network
record-outbound-forged-because = source address validation (BCP 38) at the line decides
record-scatter-scan = a scan by the remote host
record-scatter-scan-because = it sends only SYN-ACK, RST or errors, which open nothing
record-scatter-late = late answers to true connections
record-scatter-late-because = the addresses counted sent nothing that could be answered in the quarter of an hour before, or are dark
record-scatter-outbound = connections whose outbound half takes a path that is not exported
record-scatter-outbound-because = the routing of the own network would show it
record-scatter-forged = answers that are themselves forged
record-scatter-forged-because = the remote host's own provider can tell what it sends
record-radiation-visitors = visitors of a service of this address
record-radiation-visitors-because = { $n } of { $n-all } flows led to an exchange
record-radiation-closed = answers that found their flow already closed
record-radiation-closed-because = late packets of the address's own connections look like flows of their own

## floods: what refutes, what is not shown
record-flood-refuted-asked = the owner of the subject asked for this traffic
record-flood-refuted-rate = the exporter's sampling rate is wrong by so much that the rate falls below the floor
record-flood-refuted-path = questions of the subject were sent on a path that is not exported
record-flood-not-forger = who forged the questions: the sources are open services; notify their owners, do not cut them
record-flood-not-sender = who sends: the sources are forged and stand for nobody; none of them may be suspected, notified or cut
record-flood-not-hijacked = that the sources are hijacked devices: single packets may carry forged sources
record-flood-not-harm = whether the subject is harmed: only what reaches the exporter is counted
record-flood-not-attack = that it is an attack at all: few sources take part
record-outbound-refuted-asked = the target's owner asked for this traffic
record-outbound-refuted-path = what comes back takes a path that is not exported
record-outbound-not-device = which device behind a line sends
record-outbound-not-said = what the packets say: no payload is looked at
record-outbound-not-harm = that the target was harmed
record-outbound-not-knowing = that every suspect among the lines takes part knowingly or by order
record-scatter-refuted-provider = the remote host's provider sees no flood at that time
record-scatter-refuted-quiet = the addresses counted as quiet did open connections to it
record-scatter-not-who = who floods the victim: the sources of that flood are forged, ours among them
record-scatter-not-size = how large the flood is: we see the share of its forged sources that falls into our addresses
record-scatter-not-own = that any own address takes part: those answered are not involved
record-radiation-refuted = the owner of the address invited these flows
record-radiation-not-infected = that the address is infected: it only receives
record-radiation-not-hijacked = that the sources are hijacked: research and forged sources are among them

## floods: tests
record-flood-null = { $law }, mean { $n } { $unit }
record-flood-null-negative = negative binomial, dispersion { $n }
record-flood-null-poisson = Poisson
record-flood-null-window = packets in 10 s
record-flood-null-quarter = unasked answers in a quarter of an hour
record-flood-null-learned = what the subject received in { $n } windows of 10 s before, at least the background radiation measured at two exposed addresses
record-flood-null-radiation = background radiation measured at two exposed addresses over a day each
record-outbound-null = negative binomial, dispersion { $n }, mean { $n-mean } sampled packets one way to one target in 10 s; besides, at least { $n-floor } packets estimated in the window
record-outbound-null-origin = the greater of what { $who } sent one way before and of the shipped figure: { $origin }
record-outbound-null-lines = as many lines
record-outbound-null-line = the line
record-scatter-null = Poisson, mean { $n } quiet addresses that one remote service answers unasked in a day

## where the shipped figures come from
record-origin-innocent = measured: 0 in 50.16 clean device-days; 95 % upper bound
record-origin-busiest = decided: a hundred times the measured bound, for administrators and researchers
record-origin-failures = Jung and others 2004: of a benign host's first contacts at least 80 % succeed
record-origin-blind = decided: a busy peer-to-peer program; the one captured opened to 130 peers in 9 minutes
record-origin-port = measured: 1 of 75 hosts at which a peer-to-peer program failed saw it fail at a second port, 95 % upper bound 0.06; taken four times as great
record-origin-logins = measured: none of 20,000 honest SSH sessions has a second one from its address within ten minutes; taken twice as great
record-origin-outbound = decided: a name, time or status datagram now and then that is lost or needs no answer; bursts to one target stay below ten in 10 s
record-origin-scatter = measured: no remote service answered more than one of two exposed addresses unasked in a day; rounded up
record-origin-scanning = decided: sixteen times Mirai's peak of 600,000 among some 1e9 broadband lines
