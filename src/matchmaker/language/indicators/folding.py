"""Folding of spellings that keeps every character in its place."""

from __future__ import annotations

import re

# Pairs of a character and what it is read as.
_PAIRS = (
    "％%＞>＜<＝=≧≥≦≤⩾≥⩽≤≮≥≯≤﹥>﹤<～~〜~∼~˜~﹣-－-—-−-–-―-‐-‑-─-＋+±±✕×╳×✖×＊*．.／/（(）)［[］]：:；;"
    "！!？?＾^ΦφϕφØφøφ∅φ⌀φＨHµμ\u3000 \xa0 \t ﹪%∶:"
    "於于後后過过達达標标準准噸吨萬万億亿個个項项條条臺台僅仅約约間间內内較较縮缩減减時时鐘钟圓圆"
    "濃浓溫温壓压強强開开關关業业產产從从為为爲为製制術术與与並并現现進进種种無无質质級级類类應应"
    "須须當当對对將将經经費费額额資资購购銷销師师專专願愿題题單单雙双環环廢废氣气車车電电機机輸输"
    "運运轉转連连續续鋼钢鐵铁錳锰鋁铝銅铜鋅锌鎂镁鈦钛鎳镍鉻铬釩钒鋰锂線线總总烴烃噁恶檢检測测試试驗验"
    "數数據据優优於于劣劣處处離离網网點点滿满維维穩稳節节約约殘残雜杂純纯淨净幾几兩两餘余倍倍週周頻频"
    "響响範范圍围長长寬宽徑径層层鍍镀塗涂覆覆韌韧損损傷伤壽寿廠厂營营場场國国際际際际衛卫專专園园區区"
    "動动態态靜静負负載载輕轻釐厘塊块張张頭头輛辆戶户畝亩發发報报複复雙双擴扩顯显僅仅備备舊旧緻致別别"
    "護护讓让設设計计議议變变還还這这選选遠远適适邊边鄰邻錯错險险隨随難难預预領领顆颗飛飞養养驅驱驟骤"
    "齡龄齊齐絲丝紅红細细終终組组結结給给統统綜综綠绿編编縱纵織织繞绕繼继續续聯联聲声職职舉举號号"
    "補补裝装裡里製制規规視视覺觉觀观訂订託托記记許许訴诉診诊詳详認认語语誤误說说課课調调談谈請请論论"
    "證证識识譯译議议讀读豐丰貢贡財财貨货責责貯贮買买貴贵貸贷貿贸賃赁賣卖賴赖趕赶趨趋跡迹躍跃軋轧軌轨"
    "軟软軸轴輔辅輪轮輯辑轄辖農农遙遥遞递遺遗郵邮釋释針针釣钓鈉钠鈣钙鉀钾鉛铅鉬钼銀银銨铵銳锐錄录錶表"
    "鍛锻鍋锅鎢钨鏈链鏡镜鑄铸鑽钻閉闭閥阀閱阅隊队階阶陽阳陰阴隱隐隻只雲云靈灵韓韩頁页順顺頓顿願愿風风"
    "飽饱餐餐馬马駕驾駛驶騎骑髒脏鬆松魚鱼鮮鲜鳥鸟鹽盐麥麦黃黄黏粘齒齿龐庞歐欧歲岁歷历殺杀毀毁決决沒没"
    "況况淺浅減减渦涡渾浑溝沟滲渗滾滚漸渐潔洁潤润澀涩濁浊濕湿濟济濾滤瀝沥灣湾災灾煙烟熱热燈灯燒烧"
    "燃燃爐炉爭争牆墙狀状獨独獲获獻献環环畫画異异療疗癒愈盡尽監监盤盘碼码礎础確确禮礼積积稱称穀谷窮穷"
)
_TABLE = {
    ord(_PAIRS[at]): _PAIRS[at + 1]
    for at in range(0, len(_PAIRS), 2)
    if _PAIRS[at] != _PAIRS[at + 1]
}
_TABLE |= {0xFF10 + digit: str(digit) for digit in range(10)}
_TABLE |= {0xFF21 + at: chr(65 + at) for at in range(26)}
_TABLE |= {0xFF41 + at: chr(97 + at) for at in range(26)}
_ODD = re.compile("[" + re.escape("".join(map(chr, _TABLE))) + "]")
_ESCAPES = re.compile(r"\\[nrt]|\r\n?|_x000[9aAdD]_")


def _blank(found: re.Match[str]) -> str:
    return "  " if found[0] == "\\t" else "\n" * len(found[0])


def fold(text: str) -> str:
    r"""Return `text` in one width and in simplified characters, of the same length.

    Parameters
    ----------
    text : str
        As given.

    Returns
    -------
    str
        Character *i* stands for character *i* of `text`; a literal backslash-n is two line breaks.

    Examples
    --------
    >>> fold("軋製＞１２％")
    '轧制>12%'
    """
    if "\\" in text or "\r" in text or "_x000" in text:
        text = _ESCAPES.sub(_blank, text)
    return text if text.isascii() else _ODD.sub(lambda found: _TABLE[ord(found[0])], text)
