# What an office answers in its own words. Keys name the fact; the Japanese catalogue has the same keys.

## Any office
says-failure = { $why }
says-ending = ending
says-office-ends = the office is ending
says-noted = noted
says-but = { $told }; but { $alarm }
says-ask-member = ask a member's office for this
says-ask-coordinator = ask the coordinator's office for this
says-owner-only = only the owner of this office may ask here
says-line-long = a line longer than { $most } bytes
says-no-ask = not an ask: { $error }

## Charter, people and ceilings
says-key-ended = the key of { $person } has ended
says-signed-first = { $person } signed; a second person signs the same figures
says-charter-offered = charter { $digest } is offered to the members
says-no-key = nobody here has the key { $key }, or it ended
says-no-charter = no such charter was offered; `issei enrol review` shows it
says-other-country = another log or coordinator is another country; join it in a new folder
says-charter-holds = this charter holds here from now on
says-no-lines = a member without lines has no weight; name how many it has
says-no-chance = no chance for a code: { $error }

## Orders
says-no-order = no order `{ $order }`; `issei order list` shows them
says-not-alive = no order `{ $order }` is alive; `issei order list` shows them
says-not-held = order { $order } is not held here
says-not-in-force = order { $order } is not in force here
says-withdrawal-coming = the withdrawal is on its way to the log already
says-ended-already = it has ended already
says-withdrawal = the withdrawal goes to the log
says-all-withdrawn = everything is withdrawn already; nothing was proposed since
says-withdraws-all = the withdrawal of everything goes to the log
says-read-withdrawn = read again; { $n ->
        [one] { $n } order is
       *[other] { $n } orders are
    } withdrawn by it
says-read-lifted = read again; { $n ->
        [one] { $n } order is
       *[other] { $n } orders are
    } lifted by it
says-suffers = the coordinator is told that ordinary traffic suffers
says-left-order = this member takes no part in it any more
says-lifted-all = everything is lifted here; `issei resume` takes part again
says-takes-part = takes part again; what was lifted stays lifted
says-other-order = the coordinator sent another order than was asked for
says-bad-draft = the coordinator's draft: { $error }
says-bad-reply = the coordinator's reply: { $error }
says-not-carried = { $error }
says-not-held-asked = order { $order } is not held here; the coordinator: { $error }
says-files = { $n ->
        [one] { $n } file
       *[other] { $n } files
    }

## Cases and drafts
says-case-name = a case is named by 1 to 60 of letters, digits, - and .
says-case-room = { $most } cases are kept; close and archive some
says-case-opened = case { $name }: { $goal } with { $n ->
        [one] { $n } finding
       *[other] { $n } findings
    }
says-case-reopened = case { $name } is open again, with { $n ->
        [one] { $n } finding
       *[other] { $n } findings
    } since
says-asked = the members are asked
says-case-closed = case { $name } is closed
says-unmeasured = the radius of case { $name } is not measured; `issei case assess { $name }` first
says-draft-back = the draft of case { $name } is taken back
says-approved-held = { $person } approved; the order is held
says-approved-goes = { $person } approved; the order goes out
says-approved-but = { $person } approved; { $next }
says-confirmed = { $person } confirmed; the order goes on to its end
says-confirmed-already = it is confirmed already
says-goes-out = the order goes out
says-case-near = no case `{ $name }`; did you mean `{ $near }`?
says-no-case = no case `{ $name }`; `issei case open` makes one
says-no-draft = no draft `{ $order }`; `issei order list` shows them

## Standing orders and reflexes
says-no-standing = no standing order `{ $standing }`; `issei reflex list` shows them
says-no-standing-draft = no such draft or standing order `{ $standing }`; `issei reflex list` shows them
says-withdraws-all-standing = the withdrawal of every standing order goes to the log
says-all-standing-withdrawn = every standing order is withdrawn already
says-own-proposal = a member proposes for itself, by one of its own people
says-many-drafts = { $most } drafts of this member wait; sign some, or take some back
says-approved-before = { $person } approved before
says-approved-standing = { $person } approved; the standing order goes to the log
says-not-yours = it is another member's; withdraw your own
says-standing-draft-back = the draft is taken back
says-withdrawn-already = it is withdrawn already
says-standings-ended = { $n ->
        [one] { $n } standing order
       *[other] { $n } standing orders
    } ended here; the log is told as soon as the coordinator is reached
says-standing-not-held = standing order { $standing } is not held here; the coordinator: { $error }
says-other-standing = the coordinator sent another than was asked for
says-standing-drafted = the standing order is drafted
says-limits = a line's packets to { $victim } are limited to { $packets } a second
says-drops-forged = a line's forged packets are dropped
says-drops = packets to { $to } are dropped
says-no-trigger = no trigger
says-many-sightings = { $n } sightings at once; hand in { $most } at most
says-many-exchanges = at most { $most } at once; show them in parts
says-dropped = packets to { $to } are dropped until { $until } UTC
says-none-dropped = nothing was dropped for { $to }
says-passes = packets to { $to } pass again
says-on-the-way = { $n ->
        [one] { $n } finding is
       *[other] { $n } findings are
    } on the way

## What is never cut
says-list-changed = it would add or end something else than was shown; look at it again
says-list-name = say what the list is called
says-added = { $n ->
        [one] { $n } entry
       *[other] { $n } entries
    } added to what is never cut here
says-not-vanished = that is not what vanished; look at it again
says-let-go = what vanished counts no more

## Appeals
says-appeals-full = { $most } appeals wait for an answer; write a letter, or try again tomorrow
says-answer-length = an answer has 1 to { $most } letters
says-no-appeal = no appeal `{ $reference }`; `issei appeal list` shows them
says-answered-before = { $person } answered it at { $at }; an answer stays as it was given
says-answered = { $reference } is answered; its writer reads it under the reference
says-no-reference = there is no appeal under this reference
says-appeal-letters = `{ $name }` has { $letters } letters; { $least } to { $most } may be
says-appeal-line = `{ $name }` is one line without control characters
says-appeal-text = `words` is text without control characters

## The window
says-no-window = this office has no window; name its address in settings.toml, `{ $setting }`, and start it again
says-not-among = { $person } is not among those who may come; `issei window people` lists them
says-removed = removed, with links, sessions, passkeys and tokens
says-token-name = a token is called by 1 to 40 of small letters, digits and -
says-token-nobody = { $person } may not come, so a token of his is worth nothing; invite him first
says-no-token = no token is called { $name }; `issei window people` lists them
says-token-ended = the token opens nothing any more
says-role-unknown = a role that this version does not know
says-door-full = the name is taken, or there are as many people, links or tokens as there may be; end some first

## The API, when something is done
says-drafted = drafted
says-taken = taken
says-done = done
says-gone = removed
says-over = ended
