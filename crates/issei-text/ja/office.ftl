# 事務局が自らの言葉で答える文言(日本語)。キーは内容を表し、英語版と同じキーを持つ。

## Any office
says-failure = 実行できませんでした:{ $why }
says-ending = 終了します
says-office-ends = 事務局は終了処理中です
says-noted = 記録しました
says-but = { $told }。ただし、次の問題があります:{ $alarm }
says-ask-member = 参加事業者の事務局に依頼してください
says-ask-coordinator = 調整機関の事務局に依頼してください
says-owner-only = この事務局の所有者だけが依頼できます
says-line-long = 1 行が { $most } バイトを超えています
says-no-ask = 依頼として読み取れません:{ $error }

## Charter, people and ceilings
says-key-ended = { $person } の鍵は失効しています
says-signed-first = { $person } が署名しました。もう一名が同じ数値に署名してください
says-charter-offered = 憲章 { $digest } を参加事業者に提示しました
says-no-key = 鍵 { $key } の登録がないか、すでに失効しています
says-no-charter = その憲章は提示されていません。`issei enrol review` で確認してください
says-other-country = 台帳または調整機関が異なる憲章は別の国のものです。新しいフォルダで加入してください
says-charter-holds = 今後はこの憲章に従います
says-no-lines = 回線のない参加事業者は重みを持ちません。回線数を指定してください
says-no-chance = コードのための乱数が得られません:{ $error }

## Orders
says-no-order = 指令 `{ $order }` はありません。`issei order list` で確認してください
says-not-alive = 指令 `{ $order }` は有効ではありません。`issei order list` で確認してください
says-not-held = 指令 { $order } はここにはありません
says-not-in-force = 指令 { $order } はここでは発動していません
says-withdrawal-coming = 撤回はすでに台帳への記録待ちです
says-ended-already = すでに終了しています
says-withdrawal = 撤回を台帳に記録します
says-all-withdrawn = すべて撤回済みです。その後の提案はありません
says-withdraws-all = すべての撤回を台帳に記録します
says-read-withdrawn = 再読み込みしました。これにより撤回される指令は { $n } 件です
says-read-lifted = 再読み込みしました。これにより解除される指令は { $n } 件です
says-suffers = 通常の通信に影響が出ていることを調整機関に伝えます
says-left-order = 自社はこの指令から離脱しました
says-lifted-all = 自社の遮断をすべて解除しました。`issei resume` で再び参加します
says-takes-part = 再び参加します。解除した遮断は解除されたままです
says-other-order = 調整機関から、求めたものと異なる指令が届きました
says-bad-draft = 調整機関の指令案を読み取れません:{ $error }
says-bad-reply = 調整機関の回答を読み取れません:{ $error }
says-not-carried = 調整機関に依頼できませんでした:{ $error }
says-not-held-asked = 指令 { $order } はここにはありません。調整機関への照会結果:{ $error }
says-files = { $n } ファイルを書き出しました

## Cases and drafts
says-case-name = 案件名は英字・数字・-・. の 1〜60 文字です
says-case-room = 案件は { $most } 件まで保管できます。終了した案件を保存し、整理してください
says-case-opened = 案件 { $name } の対象は { $goal }、検出結果は { $n } 件です
says-case-reopened = 案件 { $name } を再開しました。その後の検出結果は { $n } 件です
says-asked = 参加事業者に照会しました
says-case-closed = 案件 { $name } を終了しました
says-unmeasured = 案件 { $name } の影響範囲が未確認です。先に `issei case assess { $name }` を実行してください
says-draft-back = 案件 { $name } の指令案を取り下げました
says-approved-held = { $person } が承認しました。指令は保留中です
says-approved-goes = { $person } が承認しました。指令を発出します
says-approved-but = { $person } が承認しました。残る条件:{ $next }
says-confirmed = { $person } が確認しました。指令は本来の終了時刻まで続きます
says-confirmed-already = すでに確認されています
says-goes-out = 指令を発出します
says-case-near = 案件 `{ $name }` はありません。`{ $near }` のことですか
says-no-case = 案件 `{ $name }` はありません。`issei case open` で作成してください
says-no-draft = 指令案 `{ $order }` はありません。`issei order list` で確認してください

## Standing orders and reflexes
says-no-standing = 常時指令 `{ $standing }` はありません。`issei reflex list` で確認してください
says-no-standing-draft = 常時指令またはその案 `{ $standing }` はありません。`issei reflex list` で確認してください
says-withdraws-all-standing = すべての常時指令の撤回を台帳に記録します
says-all-standing-withdrawn = 常時指令はすべて撤回済みです
says-own-proposal = 常時指令は、参加事業者が自社について、自社の担当者の名前で提案します
says-many-drafts = この参加事業者の案が { $most } 件、署名待ちです。署名するか取り下げてください
says-approved-before = { $person } はすでに承認しています
says-approved-standing = { $person } が承認しました。常時指令を台帳に記録します
says-not-yours = 他社の常時指令です。撤回できるのは自社のものだけです
says-standing-draft-back = 案を取り下げました
says-withdrawn-already = すでに撤回されています
says-standings-ended = 自社の常時指令 { $n } 件を終了しました。調整機関に接続でき次第、台帳に記録します
says-standing-not-held = 常時指令 { $standing } はここにはありません。調整機関への照会結果:{ $error }
says-other-standing = 調整機関から、求めたものと異なる常時指令が届きました
says-standing-drafted = 常時指令の案を作成しました
says-limits = 回線から { $victim } あての通信を毎秒 { $packets } パケットに制限しています
says-drops-forged = 送信元を偽装した回線のパケットを破棄しています
says-drops = { $to } あてのパケットを破棄しています
says-no-trigger = 契機ではありません
says-many-sightings = 一度に { $n } 件の契機が渡されました。{ $most } 件以内に分けてください
says-many-exchanges = 一度に渡せるのは { $most } 件までです。分けて渡してください
says-dropped = { $to } 宛てのパケットを { $until }(UTC)まで破棄します
says-none-dropped = { $to } について破棄していたものはありません
says-passes = { $to } 宛てのパケットは再び通ります
says-on-the-way = 検出結果 { $n } 件を送ります

## What is never cut
says-list-changed = 追加または終了されるものが表示時と異なります。もう一度確認してください
says-list-name = リストの名前を指定してください
says-added = 遮断しない対象に { $n } 件を追加しました
says-not-vanished = 消えた項目と一致しません。もう一度確認してください
says-let-go = 消えた項目を保護対象から外しました

## Appeals
says-appeals-full = { $most } 件の申立てが回答待ちです。書面でお送りいただくか、明日もう一度お試しください
says-answer-length = 回答は 1〜{ $most } 文字です
says-no-appeal = 申立て `{ $reference }` はありません。`issei appeal list` で確認してください
says-answered-before = { $person } が { $at } に回答済みです。回答は変更できません
says-answered = { $reference } に回答しました。申立てた方は受付番号で回答を確認できます
says-no-reference = この受付番号の申立ては見つかりません
says-appeal-letters = `{ $name }` は { $letters } 文字です。{ $least }〜{ $most } 文字で入力してください
says-appeal-line = `{ $name }` は制御文字を含まない 1 行で入力してください
says-appeal-text = `words` は制御文字を含まない文章で入力してください

## The window
says-no-window = この事務局には画面がありません。settings.toml に `{ $setting }` のようにアドレスを指定し、再起動してください
says-not-among = { $person } は画面の利用者に登録されていません。`issei window people` で確認してください
says-removed = リンク・セッション・パスキー・トークンとともに削除しました
says-token-name = トークン名は英小文字・数字・- の 1〜40 文字です
says-token-nobody = { $person } は画面の利用者に登録されていないため、トークンを使えません。先に招待してください
says-no-token = トークン { $name } はありません。`issei window people` で確認してください
says-token-ended = トークンを無効にしました
says-role-unknown = この版にない役割です
says-door-full = 名前が使用済みか、利用者・リンク・トークンの数が上限です。不要なものを先に無効にしてください

## The API, when something is done
says-drafted = 指令案を作成しました
says-taken = 受け付けました
says-done = 完了しました
says-gone = 削除しました
says-over = 無効にしました
