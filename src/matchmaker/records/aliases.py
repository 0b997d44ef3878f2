"""What columns are called: heading aliases for every field, the most specific first.

Aliases are written as :func:`matchmaker.records.headings.simplify` leaves a heading: lower case,
without blanks, brackets, numbering and underscores. To add one, add it here; a test keeps every
alias on one field.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> list[str]:
    return text.split()


def _combine(prefixes: str, suffixes: str) -> list[str]:
    """Every prefix before every suffix; ``_`` stands for the empty one."""
    return [
        prefix.strip("_") + suffix.strip("_")
        for suffix in suffixes.split()
        for prefix in prefixes.split()
    ]


_SHARED: dict[str, list[str]] = {
    "sectors": _words(
        "所属技术领域 所属领域 技术领域 所属产业领域 产业领域 重点领域 专业领域 应用领域分类 "
        "领域 领域分类 技术领域分类 所属板块 sectors sector field fields domain domains "
        "technologyfield"
    ),
    "codes": _words(
        "行业代码 国民经济行业代码 国民经济行业分类代码 行业分类代码 gb/t4754 gbt4754 "
        "ipc分类号 ipc ipc代码 主分类号 分类号 学科代码 codes industrycode ipccode ipccodes "
        "ipcsubclasses"
    ),
    "keywords": _words("关键词 关键字 技术关键词 标签 主题词 keywords keyword tags tag"),
    "cooperation": _words(
        "合作方式 拟合作方式 意向合作方式 期望合作方式 合作模式 合作意向 转化方式 拟转化方式 "
        "转让方式 交易方式 转化形式 对接方式 cooperation cooperationmode cooperationmodes "
        "modeofcooperation"
    ),
    "source": _words("来源 数据来源 信息来源 来源平台 推荐单位 报送单位 source datasource"),
    "published": _words(
        "发布日期 发布时间 公布日期 登记日期 登记时间 提交日期 提交时间 填报日期 填报时间 "
        "published publishedon publicationdate publishdate date"
    ),
    "industry": _words(
        "所属行业 行业 所属产业 应用行业 行业分类 行业类别 所属行业类别 国民经济行业 "
        "industry industries"
    ),
}

NEED_ALIASES: Mapping[str, list[str]] = {
    **_SHARED,
    "id": [
        *_combine("需求 技术需求 难题 项目 榜单 登记 _", "编号 编码 id"),
        *_combine("need demand requirement project", "id"),
        "uid",
    ],
    "title": [
        *_combine("技术需求 需求 技术难题 难题 榜单 课题 需求项目", "名称 标题 题目"),
        *_combine("need demand requirement project", "title name"),
        *_words("项目名称 需求项目 名称 标题 题目 title name 技术需求 需求 技术难题 难题 need"),
    ],
    "body": [
        *_combine(
            "技术需求 需求 技术难题 难题 项目 _",
            "详细描述 具体描述 描述 详细内容 具体内容 主要内容 内容 简介 详情 说明 概述 简述 介绍",
        ),
        *_words(
            "技术难点 主要技术难点 关键技术难点 拟解决的技术难题 拟解决技术难题 "
            "需解决的主要技术问题 需求背景 项目背景 问题描述 需求简要描述 技术需求内容描述"
        ),
        *_combine("need demand requirement", "body description content text"),
        *_words("body description content abstract summary text details detail"),
    ],
    "goals": _words(
        "预期目标 考核指标 技术指标 主要技术指标 技术指标要求 预期指标 预期目标考核指标 "
        "技术要求 主要技术要求 需求目标 预期成果 拟实现的主要技术目标 goals goal targets "
        "target requirements indicators"
    ),
    "organisation": [
        *_words(
            "企业名称 需求单位 需求单位名称 需求企业 需求方 发榜单位 发榜企业 提出单位 申报单位 "
            "填报单位 申报企业 单位名称 公司名称 企业 单位 公司 organisation organization "
            "company enterprise companyname enterprisename organisationname organizationname"
        ),
    ],
    "organisation_type": _words(
        "企业类型 企业性质 单位类型 单位性质 企业类别 企业资质 organisationtype "
        "organizationtype companytype enterprisetype"
    ),
    "region": _words(
        "地区 所在地区 所在地 所属地区 所在城市 城市 地市 所在市 市 区域 所在区域 地址 "
        "所在省市 region city area location province"
    ),
    "park": _words("园区 所在园区 所属园区 所属高新区 高新区 开发区 产业园区 park industrialpark"),
    "budget": _words(
        "拟投入资金 拟投入金额 计划投入资金 预计投入资金 投入资金 拟投入经费 投入经费 "
        "研发投入 揭榜金额 榜单金额 资金预算 项目预算 预算 预算金额 意向价格 需求金额 budget "
        "funding investment"
    ),
    "deadline": _words(
        "完成时限 截止日期 截止时间 完成期限 需求时限 期限 需求截止日期 需求截止时间 有效期 "
        "有效期至 要求完成时间 计划完成时间 完成时间 deadline duedate due enddate"
    ),
    "foundation": _words(
        "已有基础 现有基础 工作基础 前期基础 研发基础 技术基础 企业现有基础 现有条件 "
        "基础条件 foundation existingbasis"
    ),
    "attempted": _words(
        "已试方案 已尝试方案 已有方案 前期尝试 已尝试的方案 attempted triedsolutions"
    ),
    "confidentiality": _words(
        "保密要求 是否保密 保密 密级 公开程度 是否公开 confidentiality confidential"
    ),
}

ACHIEVEMENT_ALIASES: Mapping[str, list[str]] = {
    **_SHARED,
    "id": [
        *_combine("成果 科技成果 技术成果 项目 专利 登记 _", "编号 编码 id"),
        *_combine("achievement result project patent document", "id"),
        *_words("成果登记号 登记号 uid publication"),
    ],
    "title": [
        *_combine("科技成果 技术成果 成果 专利 技术 成果项目 课题", "名称 标题 题目"),
        *_combine("achievement result project patent", "title name"),
        *_words("项目名称 项目标题 名称 标题 题目 title name 科技成果 成果 achievement"),
    ],
    "body": [
        *_combine(
            "科技成果 技术成果 成果 项目 技术 _",
            "简介 内容简介 主要内容 内容 详细介绍 介绍 详细描述 描述 概述 简述 详情 说明 摘要",
        ),
        *_words("成果简要介绍 成果简要说明 核心技术 技术创新点 创新点 技术要点 专利摘要"),
        *_combine("achievement result project patent", "body description content text"),
        *_words("body description content abstract summary text details detail"),
    ],
    "indicators": _words(
        "技术指标 主要技术指标 技术参数 性能指标 主要技术参数 关键指标 技术经济指标 "
        "indicators indicator specifications parameters"
    ),
    "organisation": [
        *_words(
            "完成单位 第一完成单位 成果完成单位 主要完成单位 所属单位 成果单位 成果所属单位 "
            "持有单位 成果持有单位 所在单位 高校 高校名称 学校 学校名称 院校 所属高校 科研单位 "
            "申请人 专利权人 权利人 申报单位 填报单位 单位名称 单位 organisation organization "
            "university institute institution organisationname organizationname universityname"
        ),
    ],
    "team": _words(
        "完成人 成果完成人 主要完成人 第一完成人 研发团队 团队 科研团队 团队名称 项目团队 "
        "负责人 项目负责人 成果负责人 团队负责人 发明人 专家 team inventors inventor people "
        "principalinvestigator"
    ),
    "region": _words(
        "地区 所在地区 所在地 所属地区 所在城市 城市 地市 所在市 市 区域 所在区域 地址 "
        "所在省市 region city area location province"
    ),
    "maturity": _words(
        "技术成熟度 成果成熟度 成熟度 技术成熟度等级 成熟度等级 成果阶段 所处阶段 研发阶段 "
        "技术阶段 成果所处阶段 转化阶段 trl trl等级 maturity stage technologyreadinesslevel"
    ),
    "ip": _words(
        "知识产权 知识产权情况 知识产权状况 知识产权类型 知识产权状态 专利情况 专利号 专利 "
        "授权专利 ip patents intellectualproperty"
    ),
    "price": _words(
        "价格 转让价格 成果价格 意向价格 参考价格 交易价格 转让价 挂牌价格 挂牌价 报价 "
        "转让金额 评估价格 price askingprice"
    ),
    "applications": _words(
        "应用场景 应用领域 应用范围 适用范围 应用方向 应用前景 推广应用前景 市场前景 "
        "适用领域 applications application usecases usecase"
    ),
}


def telling_aliases(
    field: str, kind: Mapping[str, list[str]], other: Mapping[str, list[str]]
) -> list[str]:
    """Give the aliases of a field that one kind of record has and the other does not."""
    return [alias for alias in kind[field] if alias not in other[field]]


# Running numbers of a sheet: kept in extra, but no id, since sorting the sheet changes them.
SERIALS = frozenset(_words("序号 序 行号 no number # index sn 顺序号 编 unnamed:0"))

# Units that stand in a heading's brackets and belong to its numbers.
UNITS = frozenset(
    _words(
        "元 千元 万元 百万元 千万元 亿元 万 亿 人民币元 人民币万元 万元人民币 元人民币 美元 "
        "万美元 欧元 rmb cny usd % 元/年 万元/年"
    )
)
