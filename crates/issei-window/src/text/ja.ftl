# 画面の文言(日本語)。キーは場所の名前であり、英語版と同じキーを持つ。

## 枠
skip = 本文へ
bar-name = 実施中の遮断
bar-in-force = { $n ->
    [0] 実施中の遮断なし
   *[other] 遮断中 { $n } 件
}
bar-coming = ・準備中 { $n } 件
bar-next-end = ・次の期限
bar-ways = 実施中の遮断への操作
bar-show = 内容を見る
bar-lift-all = すべて解除…
ways = ページ
way-situation = 全国状況
way-cases = 案件
way-findings = 検知
way-notices = 通知
way-sensors = センサー
way-audit = 監査
way-goals = 目標
way-set-up = 設定
way-public = 公開ページ
search = 検索
search-hint = IP・名前・案件・事業者を検索   /
sign-in = サインイン
switch-zone = 時間帯を変える
switch-language = Change the language
switch-colours = 配色を変える
colours-system = 自動
colours-light = 明
colours-dark = 暗
footer-coordinator = 調整機関の画面:
footer-member = 事業者の画面:
footer-as-of = { $at } 時点
footer-keys = キー操作の一覧
time-left = (あと { $span })
time-over = (経過)

## 全国状況
situation-title = 全国状況
